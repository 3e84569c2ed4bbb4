import { DEFAULT_START_MS, migrateCheckpoint, newCheckpoint } from '../pull/checkpoint.js';
import type { Checkpoint, KeySlice } from '../pull/checkpoint.js';
import type { Segment } from '../pull/receipts.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import type { PullSummary, StreamError, StreamTotals } from '../pull/status.js';
import type { TimeWindow } from '../pull/window.js';

/** Version of `CollectState`; `migrateState` brings older ones up. */
const STATE_VERSION = 1;

/** A pull cycle under way: it ends when the stream is read up to `targetMs`. */
export interface PullCycle {
  /** `@devo_pulling_id`: the time the cycle began, epoch ms. */
  readonly pullingId: number;
  /** Now minus settle when the cycle began, epoch ms. */
  readonly targetMs: number;
  /** End of the last window it read, epoch ms; null before the first, which looks back. */
  readToMs: number | null;
}

/** A segment on some host's disk that not every output has confirmed. */
export interface PendingSegment {
  segment: Segment;
  readonly window: TimeWindow;
  readonly pullingId: number;
  /** Keys this segment brought: left out of the known ones when its window is fetched again. */
  newKeys: readonly KeySlice[];
  /** Watermark before this window, epoch ms. */
  readonly watermarkBeforeMs: number;
  /** Outputs still to confirm. */
  outputs: string[];
}

/** Everything a stream remembers from run to run. */
export interface CollectState {
  readonly schemaVersion: typeof STATE_VERSION;
  settings: StreamSettings;
  /** How far the stream is fetched; what is fetched and not confirmed stands in `pending`. */
  checkpoint: Checkpoint;
  cycle: PullCycle | null;
  /** In the order of fetching. */
  pending: PendingSegment[];
  paused: boolean;
  totals: StreamTotals;
  lastPull: PullSummary | null;
  fetchError: StreamError | null;
  outputErrors: Record<string, StreamError>;
  refusedSignal: StreamError | null;
  warnings: string[];
  /** `requestId` of the last reset, so that the same request twice is one reset. */
  lastResetId: string | null;
  /** Last value of the search attribute, seconds. */
  shownLagSeconds: number | null;
}

/** Argument of the workflow `collectService`. */
export interface CollectInput extends StreamIdentity {
  readonly settings: StreamSettings;
  /** Present when a run continues an earlier one. */
  readonly state?: CollectState;
  /** Continue as new after this many pull cycles; by default when the server suggests it. */
  readonly cyclesPerRun?: number;
}

const NO_TOTALS: StreamTotals = {
  cycles: 0,
  requests: 0,
  records: 0,
  duplicates: 0,
  malformed: 0,
  events: 0,
  bytes: 0,
  segments: 0,
  refetched: 0,
};

/** The state of a stream that never ran. */
export function newState(settings: StreamSettings, nowMs: number): CollectState {
  return {
    schemaVersion: STATE_VERSION,
    settings,
    checkpoint: configuredCheckpoint(settings, nowMs),
    cycle: null,
    pending: [],
    paused: false,
    totals: NO_TOTALS,
    lastPull: null,
    fetchError: null,
    outputErrors: {},
    refusedSignal: null,
    warnings: [],
    lastResetId: null,
    shownLagSeconds: null,
  };
}

/** The persistence as the config alone would have it: from `start_time`, or 24 hours back. */
export function configuredCheckpoint(settings: StreamSettings, nowMs: number): Checkpoint {
  return newCheckpoint({
    startTimeMs: settings.startTimeMs ?? nowMs - DEFAULT_START_MS,
    configuredStartMs: settings.startTimeMs,
  });
}

/** Brings the state of an earlier release up to this one. */
export function migrateState(state: CollectState): CollectState {
  return { ...state, checkpoint: migrateCheckpoint(state.checkpoint) };
}

/** Everything up to here is confirmed by every output, epoch ms. */
export function confirmedMs(state: CollectState): number {
  return state.pending.reduce(
    (least, item) => Math.min(least, item.watermarkBeforeMs),
    state.checkpoint.watermarkMs,
  );
}
