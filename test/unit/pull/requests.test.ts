import { describe, expect, it } from 'vitest';
import { note, parseRequest } from '../../../src/pull/requests.js';
import type { Request } from '../../../src/pull/requests.js';
import { newStream } from '../../../src/pull/work.js';
import type { Work } from '../../../src/pull/work.js';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const SETTINGS = {
  periodMs: 60_000,
  settleMs: 0,
  lookbackMs: 0,
  startTimeMs: NOW_MS - 3_600_000,
  outputs: ['a'],
  taskQueuePrefix: 'test',
  hostGoneAfterMs: 1,
  searchAttributes: false,
};

function stream(): Work {
  return newStream({ input: 'test', inputId: '1', stream: 'alerts' }, SETTINGS, NOW_MS);
}

/** Notes what is understood, as a signal is taken. */
function send(work: Work, kind: Request['kind'], payload?: unknown): void {
  const parsed = parseRequest(kind, payload, NOW_MS);
  if ('request' in parsed) note(work, parsed.request, NOW_MS);
}

describe('requests', () => {
  it('a reset that was refused leaves its id free for the corrected one, and the same one twice is one', () => {
    const work = stream();
    send(work, 'resetPersistence', { requestId: 'x', startTime: 'never' });
    expect(work.restart).toBeNull();
    const startTime = NOW_MS - 1_000;
    send(work, 'resetPersistence', { requestId: 'x', startTime });
    expect(work.restart).toMatchObject({ startTimeMs: startTime });
    work.restart = null;
    send(work, 'resetPersistence', { requestId: 'x', startTime });
    expect(work.restart).toBeNull();
  });

  it('a reset without a time begins where the config says', () => {
    const work = stream();
    send(work, 'resetPersistence');
    expect(work.restart).toEqual({
      startTimeMs: SETTINGS.startTimeMs,
      configuredStartMs: SETTINGS.startTimeMs,
    });
  });

  it('a pause keeps the time at which it began, and a resume asks for a pull', () => {
    const work = stream();
    send(work, 'pause');
    note(work, { kind: 'pause' }, NOW_MS + 5_000);
    expect(work.pausedSinceMs).toBe(NOW_MS);
    send(work, 'resume');
    expect([work.pausedSinceMs, work.pullAsked]).toEqual([null, true]);
  });

  it('any request that is understood ends the display of one that was refused', () => {
    const work = stream();
    work.refused = { code: 'SIGNAL_REFUSED', message: '', atMs: 0, failures: 1, nextTryMs: null };
    send(work, 'pullNow');
    expect(work.refused).toBeNull();
  });

  it('a changed start_time starts anew, an unchanged one never does', () => {
    const work = stream();
    send(work, 'reconfigure', { ...SETTINGS, periodMs: 1 });
    expect(work.restart).toBeNull();
    send(work, 'reconfigure', { ...SETTINGS, startTimeMs: NOW_MS - 1 });
    expect(work.restart).toMatchObject({ startTimeMs: NOW_MS - 1 });
  });

  it('an output that leaves takes its errors with it, and what only it waited for', () => {
    const work = stream();
    const error = { code: 'DEVO', message: '', atMs: 0, failures: 1, nextTryMs: null };
    work.outputErrors = { a: error };
    send(work, 'reconfigure', { ...SETTINGS, outputs: ['b'] });
    expect(work.outputErrors).toEqual({});
  });

  it('settings that come back take a stop back', () => {
    const work = stream();
    send(work, 'stop');
    expect(work.stopping).toBe(true);
    send(work, 'reconfigure', SETTINGS);
    expect(work.stopping).toBe(false);
  });

  it('settings that nobody sent are refused', () => {
    expect(parseRequest('reconfigure', { outputs: [] }, NOW_MS)).toHaveProperty('problem');
  });
});
