import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { backfillJson } from '../../../src/cli/backfill-json.js';
import { paceOf, withSample } from '../../../src/cli/backfill-pace.js';
import type { PaceSample } from '../../../src/cli/backfill-pace.js';
import { backfillDetails, backfillTable } from '../../../src/cli/backfill-table.js';
import { chooseBackfill } from '../../../src/cli/choose-backfill.js';
import { showStatus } from '../../../src/cli/status.js';
import { watchBackfill } from '../../../src/cli/watch-backfill.js';
import type { BackfillReport } from '../../../src/worker/backfills.js';
import { backfillReport } from './backfill-reports.js';
import { fakeIo } from './fake-io.js';
import { NOW_MS, report, streamError } from './stream-reports.js';

const STYLE = { colors: pc.createColors(false), columns: undefined, nowMs: NOW_MS };
const FAILED = backfillReport({
  standing: 'failed',
  running: false,
  endedMs: NOW_MS,
  progress: null,
  problem: { code: 'BACKFILL_RANGE_INVALID', message: 'expected from to lie before to' },
});

describe('the table of backfills', () => {
  it('has a line each by stream and range, and below it the error in force with the next try', () => {
    const failing = backfillReport({ standing: 'failing' }, { fetchError: streamError() });
    const lines = backfillTable([failing, FAILED], STYLE).split('\n');
    expect(lines[1]).toMatch(
      /^cortex_xdr {2}alerts {2}2026-01-01 - 2026-01-31 {2}failing +50\.0 % +12,345 +0:10:00 +2026-03-01T11:50:00Z +backfill\/cortex_xdr\/1\/alerts\//,
    );
    expect(lines[2]).toMatch(/ failed +- +- /);
    expect(lines.slice(4)).toEqual([
      'CORTEX_UNAUTHORIZED  backfill of alerts, 2026-01-01 - 2026-01-31',
      '  found 401, expected a valid key; failures: 3, next try in 28 s',
      'BACKFILL_RANGE_INVALID  backfill of alerts, 2026-01-01 - 2026-01-31',
      '  expected from to lie before to',
    ]);
  });

  it('keeps to 80 columns without the id', () => {
    const narrow = backfillTable([backfillReport()], { ...STYLE, columns: 80 });
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(narrow).toMatch(/alerts {2}2026-01-01 - 2026-01-31 {2}running +50\.0 % +12,345/);
    expect(narrow).not.toContain('backfill/');
  });

  it('stands below the streams in `status`, and in its JSON', async () => {
    const read = () => Promise.resolve({ streams: [report()], backfills: [backfillReport()] });
    const io = fakeIo({ nowMs: NOW_MS });
    await showStatus(io, {}, read);
    expect(io.printed[0]).toMatch(/incidents +waiting[^]*\n\n[^]*running +50\.0 %/);
    await showStatus(io, { json: true }, read);
    expect(JSON.parse(io.printed[1] ?? '')).toMatchObject({
      streams: [{ stream: 'incidents' }],
      backfills: [{ stream: 'alerts', state: 'running', share: 0.5 }],
    });
  });
});

it('the details name the lanes and what waits for an output', () => {
  expect(backfillDetails(backfillReport(), STYLE).split('\n')).toEqual([
    'backfill  backfill/cortex_xdr/1/alerts/2026-01-01T00:00:00Z/2026-01-31T00:00:00Z',
    'state     running',
    'done      50.0 %',
    'lane 1    2026-01-01T00:00:00Z - 2026-01-31T00:00:00Z, delivered to 2026-01-16T00:00:00Z',
    'records   12,345',
    'events    12,338',
    'pending   1 segments for devo_eu',
    'began     2026-03-01T11:50:00Z',
    'took      10 min',
  ]);
});

it('the JSON gives the range with its open end, and reads it from the id where nobody answers', () => {
  expect(backfillJson(backfillReport())).toMatchObject({
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-31T00:00:00Z',
    share: 0.5,
    errors: [],
  });
  expect(backfillJson(FAILED)).toMatchObject({
    stream: 'alerts',
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-31T00:00:00Z',
    share: null,
    errors: [{ source: 'workflow', code: 'BACKFILL_RANGE_INVALID' }],
  });
});

describe('the pace', () => {
  const at = (second: number): PaceSample => ({
    atMs: second * 1_000,
    share: second / 1_000,
    records: second * 50,
  });

  it('tells rate and time left from the last minute', () => {
    let samples: readonly PaceSample[] = [];
    for (let second = 0; second <= 500; second++) samples = withSample(samples, at(second));
    expect(samples).toHaveLength(61);
    expect(paceOf(samples)).toEqual({ recordsPerSecond: 50, leftMs: 500_000 });
  });

  it('tells no time left where nothing moves', () => {
    const still = [at(1), { ...at(1), atMs: 5_000 }];
    expect(paceOf(still)).toEqual({ recordsPerSecond: 0, leftMs: undefined });
    expect(paceOf([]).leftMs).toBeUndefined();
  });
});

describe('watching', () => {
  const inTurn = (reports: BackfillReport[]) => () => {
    const next = reports.shift();
    return next === undefined
      ? Promise.reject(new Error('asked too often'))
      : Promise.resolve(next);
  };
  const done = backfillReport({ standing: 'done', running: false, endedMs: NOW_MS }, { share: 1 });

  it('prints a line when the state changes, and ends with the backfill', async () => {
    const io = fakeIo({ nowMs: NOW_MS });
    await watchBackfill(io, { json: false }, inTurn([backfillReport(), backfillReport(), done]));
    expect(io.printed).toEqual([
      expect.stringMatching(
        /^2026-03-01T12:00:00Z backfill\/\S+ running done=50\.0% records=12345/,
      ),
      expect.stringMatching(/ done done=100\.0%/),
    ]);
  });

  it('draws a bar in place on a terminal', async () => {
    const io = fakeIo({ terminal: true, nowMs: NOW_MS });
    await watchBackfill(io, { json: false }, inTurn([backfillReport(), done]));
    expect(io.printed).toEqual([]);
    expect(io.shown[0]).toContain(`${'█'.repeat(15)}${'░'.repeat(15)}  50.0 %  12,345 records`);
    expect(io.shown.at(-1)).toContain('█'.repeat(30));
  });

  it.each([
    ['cancelled', 'BACKFILL_CANCELLED'],
    ['failed', 'BACKFILL_FAILED'],
    ['terminated', 'BACKFILL_FAILED'],
  ] as const)('raises an error for one that was %s', async (standing, code) => {
    const ended = backfillReport({ standing, running: false, endedMs: NOW_MS });
    const watching = watchBackfill(fakeIo({ nowMs: NOW_MS }), { json: false }, inTurn([ended]));
    await expect(watching).rejects.toMatchObject({ code });
  });

  it('goes on where Temporal starts again meanwhile, and says so once', async () => {
    const io = fakeIo({ nowMs: NOW_MS });
    const silent = () => Promise.reject(new Error('Failed to describe workflow'));
    const readings = [inTurn([backfillReport()]), silent, silent, inTurn([done])];
    await watchBackfill(io, { json: false }, async () => await (readings.shift() ?? silent)());
    expect(io.errors).toEqual(['Temporal gives no answer; asking again']);
    expect(io.printed.at(-1)).toMatch(/ done done=100\.0%/);
  });

  it('raises what the first look met', async () => {
    const silent = () => Promise.reject(new Error('Failed to describe workflow'));
    await expect(watchBackfill(fakeIo(), { json: false }, silent)).rejects.toThrow('Failed to');
  });

  it('leaves the backfill running on Ctrl-C, and says so', async () => {
    const io = fakeIo({ nowMs: NOW_MS });
    io.interrupt();
    await watchBackfill(io, { json: false }, inTurn([backfillReport()]));
    expect(io.errors).toEqual([expect.stringMatching(/^the backfill goes on; `backfill status /)]);
  });
});

describe('a backfill named by its stream', () => {
  const streams = ['alerts', 'incidents'];
  const ended = { ...FAILED, workflowId: 'backfill/cortex_xdr/1/alerts/a/b' };
  const name = { name: 'alerts', input: undefined, which: 'running' } as const;

  it('is the one that runs', () => {
    const running = backfillReport();
    expect(chooseBackfill([ended, running], streams, name)).toBe(running);
  });

  it('is the latest that has ended, where that will do', () => {
    expect(chooseBackfill([ended], streams, { ...name, which: 'any' })).toBe(ended);
    expect(() => chooseBackfill([ended], streams, name)).toThrow(/no running backfill of alerts/);
  });

  it('has to be named by its id where several run', () => {
    const second = backfillReport({ workflowId: 'backfill/cortex_xdr/1/alerts/c/d' });
    const both = [backfillReport(), second];
    expect(() => chooseBackfill(both, streams, name)).toThrow(/several.*alerts\/c\/d/);
  });

  it('is told from those of other inputs', () => {
    const other = backfillReport({}, { input: 'other' });
    const mine = backfillReport();
    expect(chooseBackfill([other, mine], streams, { ...name, input: 'cortex_xdr' })).toBe(mine);
  });

  it('must be a stream or an id', () => {
    expect(() => chooseBackfill([], streams, { ...name, name: 'alert' })).toThrow(
      /found "alert", expected an id .* or one of alerts, incidents/,
    );
  });
});
