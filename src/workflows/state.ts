import { DEFAULT_START_MS, migrateCheckpoint, newCheckpoint } from '../pull/checkpoint.js';
import type { Checkpoint } from '../pull/checkpoint.js';
import { EMPTY_BOOK } from '../pull/incident-calls.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import type { StreamError } from '../pull/status.js';
import { confirmedMs, newWork } from './work-state.js';
import type { Reader, WorkState } from './work-state.js';

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

/** Everything a stream remembers from run to run. */
export interface CollectState extends WorkState, Reader {
  readonly schemaVersion: typeof STATE_VERSION;
  /** How far the stream is fetched; what is fetched and not confirmed stands in `pending`. */
  checkpoint: Checkpoint;
  cycle: PullCycle | null;
  refusedSignal: StreamError | null;
  /** `requestId` of the last reset, so that the same request twice is one reset. */
  lastResetId: string | null;
  /** When a signal last asked for a pull, epoch ms; null: never. */
  askedMs: number | null;
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

/** The state of a stream that never ran. */
export function newState(settings: StreamSettings, nowMs: number): CollectState {
  return {
    ...newWork(settings),
    schemaVersion: STATE_VERSION,
    checkpoint: configuredCheckpoint(settings, nowMs),
    cycle: null,
    fetchError: null,
    refusedSignal: null,
    lastResetId: null,
    askedMs: null,
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

/** Starts the persistence anew: nothing that was learnt on the old way holds on the new one. */
export function restartFrom(state: CollectState, checkpoint: Checkpoint): void {
  state.cycle = null;
  state.checkpoint = checkpoint;
  state.incidents = EMPTY_BOOK;
  state.timeField = null;
}

/** Brings the state of an earlier release up to this one. */
export function migrateState(state: CollectState): CollectState {
  return { ...state, checkpoint: migrateCheckpoint(state.checkpoint) };
}

/** When the next pull, or the next try after an error, is due, epoch ms; what was asked for is due at once. */
export function dueMs({ fetchError, cycle, lastPull, askedMs, settings }: CollectState): number {
  const asked = askedMs ?? 0;
  if (fetchError !== null) return asked >= fetchError.atMs ? asked : (fetchError.nextTryMs ?? 0);
  if (cycle !== null || lastPull === null) return 0;
  // One that came while the pull ran asks for another one.
  return asked > lastPull.pullingId ? asked : lastPull.pullingId + settings.periodMs;
}

/** Everything up to here is confirmed by every output, epoch ms. */
export function watermarkMs(state: CollectState): number {
  return confirmedMs(state, 0, state.checkpoint.watermarkMs);
}
