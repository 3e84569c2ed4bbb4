import pc from 'picocolors';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { terminalLog } from '../../../src/worker/terminal-log.js';

/** What a terminal shows of what is logged. */
function shown(act: (log: ReturnType<typeof pino>) => void, debug = false): string[] {
  const lines: string[] = [];
  const stream = terminalLog((text) => lines.push(text), {
    debug,
    colors: pc.createColors(false),
  });
  act(
    pino(
      {
        base: null,
        level: 'debug',
        timestamp: () => ',"time":"2026-03-01T12:00:05.123Z"',
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
  return lines;
}

const INCIDENTS = { input: 'cortex_xdr', inputId: '1', stream: 'incidents' };
const PULL = {
  ...INCIDENTS,
  requests: 3,
  duplicatesLeftOut: 2,
  events: 1_180,
  elapsedSeconds: 1.234,
  upTo: '2026-03-01T12:00:00.000Z',
};

it('is a line per pull', () => {
  const lines = shown((log) => {
    log.info(INCIDENTS, 'Pull started');
    log.info(PULL, 'Pull statistics');
    log.info(INCIDENTS, 'Data up to date');
    log.info(INCIDENTS, 'Pull cycle completed');
    const idle = { requests: 1, events: 0, duplicatesLeftOut: 0 };
    log.info({ ...PULL, ...idle, upTo: '2026-02-28T23:00:00.000Z' }, 'Pull statistics');
  });
  expect(lines).toEqual([
    '12:00:05Z incidents         1,180 events, 2 known, 3 requests in 1.2 s, up to 12:00:00Z\n',
    '12:00:05Z incidents         nothing new, 1 request in 1.2 s, up to 2026-02-28T23:00:00Z\n',
  ]);
});

it('begins with what runs, and where it can be looked at', () => {
  const [text] = shown((log) => {
    log.info({ urls: ['http://127.0.0.1:9464'] }, 'Health and metrics listen');
    const temporal = { address: '127.0.0.1:7233', namespace: 'default' };
    const ui = 'http://127.0.0.1:8233';
    log.info({ ...temporal, ui, file: '/c/config.yaml', streams: 5 }, 'Collector running');
  });
  expect(text).toBe(
    [
      '12:00:05Z collecting 5 streams; Ctrl-C stops in order',
      '  config       /c/config.yaml',
      '  Temporal     127.0.0.1:7233, namespace default',
      '  Temporal UI  http://127.0.0.1:8233',
      '  health       http://127.0.0.1:9464\n',
    ].join('\n'),
  );
});

it('shows what may need somebody, with code, reason and the rest', () => {
  const lines = shown((log) => {
    const trouble = { code: 'CORTEX_UNAUTHORIZED', reason: 'found 401', attempt: 2 };
    log.warn({ ...INCIDENTS, ...trouble }, 'Activity failed');
    log.error('The config before it stays in force');
    log.info({ plan: '5 to start' }, 'Config applied');
  });
  expect(lines).toEqual([
    '12:00:05Z warning incidents         Activity failed: CORTEX_UNAUTHORIZED found 401 attempt=2\n',
    '12:00:05Z error The config before it stays in force\n',
    '12:00:05Z Config applied plan=5 to start\n',
  ]);
});

it('shows everything with debug', () => {
  const lines = shown((log) => {
    log.info(INCIDENTS, 'Pull started');
    log.debug('detail');
  }, true);
  expect(lines).toEqual(['12:00:05Z incidents         Pull started\n', '12:00:05Z debug detail\n']);
});
