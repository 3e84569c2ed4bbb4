import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { statusJson } from '../../../src/cli/status-json.js';
import { statusLine, statusTable } from '../../../src/cli/status-table.js';
import type { StreamReport } from '../../../src/worker/status.js';
import { NOW_MS, report, streamError } from './stream-reports.js';

const STYLE = { colors: pc.createColors(false), columns: undefined, nowMs: NOW_MS };

describe('the status table', () => {
  it('shows a line per stream under its titles', () => {
    const [titles, line, ...rest] = statusTable([report()], STYLE).split('\n');
    expect(titles?.split(/ {2,}/)).toEqual([
      'input',
      'stream',
      'state',
      'watermark',
      'lag',
      'last pull',
      'records',
      'events',
      'pending',
    ]);
    expect(line?.split(/ {2,}/)).toEqual([
      'cortex_xdr',
      'incidents',
      'waiting',
      '2026-03-01T11:58:00Z',
      '0:02:00',
      '65 s ago',
      '12,345',
      '12,338',
      '2',
    ]);
    expect(rest).toEqual([]);
  });

  it('says what fails, with its code, the failures so far and the next try', () => {
    const failing = report({ state: 'failing', fetchError: streamError() });
    expect(statusTable([failing], STYLE)).toContain(
      '\n\nCORTEX_UNAUTHORIZED  cortex_xdr incidents\n  found 401, expected a valid key; failures: 3, next try in 28 s',
    );
  });

  it('says once what several streams have in common, in lines broken between words', () => {
    const message = 'found 401, expected a key that this tenant knows: make a new one there';
    const failing = [1, 2, 3, 4, 5].map((failures) =>
      report({ state: 'failing', fetchError: streamError({ message, failures }) }),
    );
    const [, shown] = statusTable(failing, { ...STYLE, columns: 80 }).split('\n\n');
    expect(shown?.split('\n')).toEqual([
      'CORTEX_UNAUTHORIZED  cortex_xdr incidents, cortex_xdr incidents, cortex_xdr',
      '  incidents, cortex_xdr incidents, cortex_xdr incidents',
      '  found 401, expected a key that this tenant knows: make a new one there;',
      '  failures: 5, next try in 28 s',
    ]);
  });

  it('names the output that an error is of', () => {
    const blocked = report({
      state: 'blocked',
      outputErrors: { relay: streamError({ code: 'DEVO_CONNECT_REFUSED', message: 'refused' }) },
    });
    expect(statusTable([blocked], STYLE)).toMatch(
      /^DEVO_CONNECT_REFUSED {2}cortex_xdr incidents\n {2}output relay: refused; failures/m,
    );
  });

  it('shows a refused signal and warnings', () => {
    const warned = report({
      refusedSignal: streamError({ code: 'SIGNAL_REFUSED', message: 'no', nextTryMs: null }),
      warnings: ['asks by creation_time'],
    });
    const shown = statusTable([warned], STYLE);
    expect(shown).toContain('SIGNAL_REFUSED  cortex_xdr incidents\n  no');
    expect(shown).toContain('warning  cortex_xdr incidents\n  asks by creation_time');
  });

  it('tells a stream that was never started from one that has ended and one that nobody answers for', () => {
    const lines = statusTable(
      [
        report(null, { problem: { code: 'STREAM_NOT_STARTED', message: 'run apply' } }),
        report(null, { problem: { code: 'STREAM_NO_ANSWER', message: 'no worker' } }),
        report(null, { problem: { code: 'STREAM_ENDED', message: 'was terminated' } }),
      ],
      STYLE,
    );
    expect(lines).toMatch(/not started +-/);
    expect(lines).toMatch(/no answer +-/);
    expect(lines).toMatch(/ended +-/);
    expect(lines).toContain('STREAM_NO_ANSWER  cortex_xdr incidents\n  no worker');
  });

  it.each([120, 100, 80])('fits into %i columns by leaving out what matters least', (columns) => {
    const table = statusTable([report(), report({ state: 'pulling' })], { ...STYLE, columns });
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(table).toMatch(/stream.*state.*watermark.*lag.*records/);
  });

  it('colours the state without moving the columns', () => {
    const table = statusTable([report()], { ...STYLE, colors: pc.createColors(true) });
    expect(table).toContain(pc.createColors(true).green('waiting'));
    expect(stripped(table)).toBe(statusTable([report()], STYLE));
  });

  it('says so where every input is disabled', () => {
    expect(statusTable([], STYLE)).toContain('no streams');
  });
});

describe('the status line', () => {
  it('holds one stream in fields that a log can be searched for', () => {
    expect(statusLine(report({ fetchError: streamError() }), NOW_MS)).toBe(
      'cortex_xdr/incidents waiting watermark=2026-03-01T11:58:00Z lag=120s records=12345 events=12338 pending=2 error=CORTEX_UNAUTHORIZED',
    );
  });
});

describe('the status as JSON', () => {
  it('has times in ISO 8601, the lag in seconds and the counts as numbers', () => {
    const { at, streams } = jsonOf(report());
    expect(at).toBe('2026-03-01T12:00:00.000Z');
    expect(streams[0]).toMatchObject({
      input: 'cortex_xdr',
      inputId: '1',
      stream: 'incidents',
      workflowId: 'collect/cortex_xdr/1/incidents',
      state: 'waiting',
      startTime: '2026-02-28T12:00:00.000Z',
      watermark: '2026-03-01T11:58:00.000Z',
      fetchedTo: '2026-03-01T11:59:00.000Z',
      lagSeconds: 120,
      nextPull: '2026-03-01T12:03:50.000Z',
      lastPull: { pullingId: String(NOW_MS - 70_000), requests: 3, events: 118 },
      totals: { records: 12_345 },
      pendingByOutput: { devo_eu: 2, relay: 1 },
      errors: [],
      warnings: [],
    });
  });

  it('keeps the same fields, with null, for a stream that gives no answer', () => {
    const problem = { code: 'STREAM_NO_ANSWER', message: 'no worker' };
    const [full] = jsonOf(report()).streams;
    const [silent] = jsonOf(report(null, { problem })).streams;
    expect(Object.keys(silent ?? {})).toEqual(Object.keys(full ?? {}));
    expect(silent).toMatchObject({ state: 'no answer', watermark: null, totals: null });
    expect(silent?.errors).toEqual([{ source: 'query', ...problem }]);
  });

  it('tells where an error comes from and when it is tried again', () => {
    const [stream] = jsonOf(report({ outputErrors: { relay: streamError() } })).streams;
    expect(stream?.errors).toEqual([
      {
        source: 'output',
        output: 'relay',
        code: 'CORTEX_UNAUTHORIZED',
        message: 'found 401, expected a valid key',
        at: '2026-03-01T11:59:55.000Z',
        failures: 3,
        nextTry: '2026-03-01T12:00:28.000Z',
      },
    ]);
  });
});

function stripped(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
}

function jsonOf(stream: StreamReport) {
  return statusJson({ streams: [stream], backfills: [] }, NOW_MS);
}
