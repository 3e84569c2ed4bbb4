import type { StreamError, StreamStatus } from '../../../src/pull/status.js';
import type { StreamReport } from '../../../src/worker/status.js';

/** The moment of the reports below. */
export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

/** A stream that waits, two minutes behind. */
export function report(
  status: Partial<StreamStatus> | null = {},
  rest: Partial<StreamReport> = {},
): StreamReport {
  const identity = { input: 'cortex_xdr', inputId: '1', stream: 'incidents' as const };
  return {
    identity,
    workflowId: 'collect/cortex_xdr/1/incidents',
    status: status === null ? null : { ...WAITING, ...status },
    ...rest,
  };
}

/** An error that is tried again in 28 seconds. */
export function streamError(change: Partial<StreamError> = {}): StreamError {
  return {
    code: 'CORTEX_UNAUTHORIZED',
    message: 'found 401, expected a valid key',
    atMs: NOW_MS - 5_000,
    failures: 3,
    nextTryMs: NOW_MS + 28_000,
    ...change,
  };
}

const WAITING: StreamStatus = {
  input: 'cortex_xdr',
  inputId: '1',
  stream: 'incidents',
  state: 'waiting',
  startTimeMs: NOW_MS - 86_400_000,
  watermarkMs: NOW_MS - 120_000,
  fetchedToMs: NOW_MS - 60_000,
  keys: 12,
  pendingByOutput: { devo_eu: 2, relay: 1 },
  totals: {
    cycles: 5,
    requests: 40,
    records: 12_345,
    duplicates: 7,
    malformed: 0,
    events: 12_338,
    bytes: 9_999_999,
    segments: 9,
    refetched: 0,
  },
  lastPull: {
    pullingId: NOW_MS - 70_000,
    endedMs: NOW_MS - 65_000,
    fromMs: NOW_MS - 400_000,
    toMs: NOW_MS - 60_000,
    requests: 3,
    records: 120,
    duplicates: 2,
    events: 118,
    segments: 1,
  },
  fetchError: null,
  outputErrors: {},
  refusedSignal: null,
  timeField: null,
  nextPullMs: NOW_MS + 230_000,
  settings: {
    periodMs: 300_000,
    settleMs: 60_000,
    lookbackMs: 300_000,
    startTimeMs: null,
    outputs: ['devo_eu', 'relay'],
    taskQueuePrefix: 'cortex-devo',
    hostGoneAfterMs: 300_000,
    searchAttributes: true,
  },
  pulls: [],
  owed: [],
  pausedSinceMs: null,
  lastReset: null,
  warnings: [],
};
