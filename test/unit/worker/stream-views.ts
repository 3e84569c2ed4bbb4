import type { StreamError, StreamStatus } from '../../../src/pull/status.js';
import type { StreamView } from '../../../src/worker/observe/stream-watch.js';
import type { StreamReport } from '../../../src/worker/status.js';

export const NOW_MS = Date.UTC(2026, 0, 31, 12);
export const IDENTITY = { input: 'tenant', inputId: '1', stream: 'alerts' } as const;

/** A pull of that stream. */
export const PULLED = { ...IDENTITY, pullingId: NOW_MS, priority: 'live' } as const;

/** A stream that waits for its next pull, up to date. */
export function statusWith(changes: Partial<StreamStatus> = {}): StreamStatus {
  return {
    ...IDENTITY,
    state: 'waiting',
    startTimeMs: NOW_MS - 86_400_000,
    watermarkMs: NOW_MS - 90_000,
    fetchedToMs: NOW_MS - 90_000,
    keys: 0,
    pendingByOutput: { devo: 0 },
    totals: {
      cycles: 1,
      requests: 1,
      records: 0,
      duplicates: 0,
      malformed: 0,
      events: 0,
      bytes: 0,
      segments: 0,
      refetched: 0,
    },
    lastPull: null,
    fetchError: null,
    outputErrors: {},
    refusedSignal: null,
    nextPullMs: null,
    timeField: null,
    settings: {
      periodMs: 300_000,
      settleMs: 60_000,
      lookbackMs: 300_000,
      startTimeMs: null,
      outputs: ['devo'],
      taskQueuePrefix: 'cortex-devo',
      hostGoneAfterMs: 300_000,
      searchAttributes: false,
    },
    pulls: [],
    owed: [],
    pausedSinceMs: null,
    lastReset: null,
    warnings: [],
    ...changes,
  };
}

export function reportWith(changes: Partial<StreamStatus> = {}): StreamReport {
  return { identity: IDENTITY, workflowId: 'collect/tenant/1/alerts', status: statusWith(changes) };
}

export function viewWith(
  changes: Partial<StreamStatus> = {},
  more: Partial<StreamView> = {},
): StreamView {
  return {
    identity: IDENTITY,
    status: statusWith(changes),
    problem: undefined,
    advancedMs: NOW_MS,
    lastSuccessMs: null,
    ...more,
  };
}

export function errorWith(code: string): StreamError {
  return { code, message: 'found host-7 down', atMs: NOW_MS, failures: 2, nextTryMs: null };
}
