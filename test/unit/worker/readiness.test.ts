import { expect, test } from 'vitest';
import { readinessOf } from '../../../src/worker/observe/readiness.js';
import type { WatchedWorker } from '../../../src/worker/observe/readiness.js';
import type { StreamView, WatchedState } from '../../../src/worker/observe/stream-watch.js';
import { errorWith, NOW_MS, viewWith } from './stream-views.js';

const POLLING: WatchedWorker = {
  queue: 'common',
  status: { runState: 'RUNNING', workflowPollerState: 'POLLING', activityPollerState: 'POLLING' },
};

function watched(streams: StreamView[], changes: Partial<WatchedState> = {}): WatchedState {
  return { lookedMs: NOW_MS - 5_000, temporalReachable: true, backlog: null, streams, ...changes };
}

function reasons(state: WatchedState, workers: WatchedWorker[] = [POLLING]): string[] {
  const answer = readinessOf(state, workers, NOW_MS);
  const all = [answer.workers, answer.temporal, ...answer.streams].flatMap(
    (check) => check.reasons,
  );
  expect(answer.ready).toBe(answer.workers.ok && answer.temporal.ok);
  return all;
}

test('is ready when workers poll, Temporal answers and no stream is stuck', () => {
  expect(reasons(watched([viewWith()]))).toEqual([]);
});

test('is not ready before the workers have started and Temporal was asked', () => {
  expect(reasons(watched([], { lookedMs: null, temporalReachable: false }), [])).toEqual([
    'the workers are still starting',
    'Temporal was not asked yet',
  ]);
});

test('is not ready when a worker does not poll', () => {
  const host: WatchedWorker = {
    queue: 'host',
    status: { ...POLLING.status, runState: 'DRAINING' },
  };
  expect(reasons(watched([viewWith()]), [POLLING, host])).toEqual([
    'the worker of the host queue does not poll: DRAINING',
  ]);
});

test('is not ready when Temporal gave no answer, or was not asked for a minute', () => {
  const silent = viewWith({}, { problem: { code: 'STREAM_NO_ANSWER', message: 'm' } });
  expect(reasons(watched([silent], { temporalReachable: false }))).toEqual([
    'Temporal gave no answer',
  ]);
  expect(reasons(watched([], { lookedMs: NOW_MS - 61_000 }))).toEqual([
    'Temporal was asked 61 s ago for the last time',
  ]);
});

test('is ready whatever becomes of a stream, which a restart would not cure', () => {
  const view = viewWith({ fetchError: errorWith('CORTEX_UNAUTHORIZED') });
  const { ready, streams } = readinessOf(watched([view]), [POLLING], NOW_MS);
  expect({ ready, ok: streams[0]?.ok }).toEqual({ ready: true, ok: false });
  expect(readinessOf(watched([view]), [], NOW_MS).ready).toBe(false);
});

test('names the codes of errors in force, and no address', () => {
  const view = viewWith({
    fetchError: errorWith('CORTEX_UNAUTHORIZED'),
    outputErrors: { relay: errorWith('DEVO_CONNECT_REFUSED') },
  });
  expect(reasons(watched([view]))).toEqual([
    'CORTEX_UNAUTHORIZED, 2 failed rounds in a row',
    'output relay: DEVO_CONNECT_REFUSED, 2 failed rounds in a row',
  ]);
  expect(JSON.stringify(readinessOf(watched([view]), [POLLING], NOW_MS))).not.toContain('host-7');
});

test('a stream is stuck without progress for three periods and a minute', () => {
  const still = (ms: number) => reasons(watched([viewWith({}, { advancedMs: NOW_MS - ms })]));
  expect(still(960_000)).toEqual([]);
  expect(still(961_000)).toEqual(['no progress for 961 s, expected some every 300 s']);
});

test.each(['paused', 'stopped'] as const)(
  'a stream that is %s by an operator is not stuck',
  (state) => {
    const view = viewWith(
      { state, fetchError: errorWith('CORTEX_UNAUTHORIZED') },
      { advancedMs: NOW_MS - 86_400_000 },
    );
    expect(reasons(watched([view]))).toEqual([]);
  },
);

test('a stream that gives no answer is stuck; one that was never started is not', () => {
  const problem = (code: string) => ({ problem: { code, message: 'm' } });
  expect(reasons(watched([viewWith({}, problem('STREAM_NO_ANSWER'))]))).toEqual([
    'STREAM_NO_ANSWER: m',
  ]);
  const view = viewWith({}, { status: null, ...problem('STREAM_NOT_STARTED') });
  expect(reasons(watched([view]))).toEqual([]);
});
