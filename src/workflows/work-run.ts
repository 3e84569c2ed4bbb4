import { isCancellation } from '@temporalio/workflow';
import { waitAfterFailureMs } from '../pull/backoff.js';
import type { Checkpoint } from '../pull/checkpoint.js';
import type { AskedIncident } from '../pull/incident-memory.js';
import type { ReadOutcome } from '../pull/plan.js';
import type { Priority, PullCounts, Segment } from '../pull/receipts.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { TimeWindow } from '../pull/window.js';
import { reportFailure } from './failure.js';
import { addWarnings } from './work-state.js';
import type { PendingSegment, Reader, WorkControl, WorkState } from './work-state.js';

/** Of the activities: their worker was asked to stop. */
const WORKER_STOPPED = 'WORKER_STOPPED';

/** A stream or backfill at work: what its phases share. */
export interface WorkRun {
  readonly identity: StreamIdentity;
  readonly state: WorkState;
  readonly control: WorkControl;
  /** Who is at work: a success ends only the error of its own. */
  readonly reader: Reader;
  readonly priority: Priority;
  /** Whether another segment may be fetched now. */
  hasRoom(): boolean;
  /** A segment became pending, or something else changed that the UI shows. */
  changed(): void;
}

/** A stretch of time that is read window by window: a live stream has one at a time, a backfill several. */
export interface Lane {
  readonly number: number;
  readonly pullingId: number;
  /** Epoch ms; it is read up to here. */
  readonly targetMs: number;
  readonly checkpoint: Checkpoint;
  /** End of the last window read, epoch ms; null before the first. */
  readonly readToMs: number | null;
  /** True when no further activity may begin. */
  cut(): boolean;
  /** False once a reset replaced the persistence: what comes back then belongs to the old one. */
  current(): boolean;
}

/** A window that was read, and whether it ends where nothing further can be read yet. */
export interface PartRead extends ReadOutcome {
  readonly reachedNow: boolean;
}

/** What an activity of `run` wrote, or found nothing to write. */
interface Fetched {
  readonly segment: Segment | null;
  readonly window: TimeWindow;
  readonly counts: PullCounts;
  readonly warnings: readonly string[];
}

/** The engine's tries of an activity that fetches: one at first, so that the status soon says what is wrong. */
export function triesOf({ fetchError }: Reader): number {
  return fetchError === null ? 1 : 3;
}

/**
 * Runs a fetching activity; null when it failed for now, with the error and the next try in its reader. One that a
 * worker left behind when it was stopped waits for the next worker: that is no trouble of the stream's.
 */
export async function attempt<Result>(
  run: WorkRun,
  activity: () => Promise<Result>,
): Promise<Result | null> {
  const { reader } = run;
  try {
    const result = await activity();
    reader.fetchError = null;
    return result;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = reportFailure(error);
    if (failure.code === WORKER_STOPPED) return await attempt(run, activity);
    const failures = (reader.fetchError?.failures ?? 0) + 1;
    const atMs = Date.now();
    reader.fetchError = {
      code: failure.code,
      message: failure.message,
      atMs,
      failures,
      nextTryMs: atMs + waitAfterFailureMs(failures, failure.curable),
    };
    return null;
  }
}

/** Adds what came back to the totals. */
export function countFetched(state: WorkState, { counts, segment, warnings }: Fetched): void {
  const events = segment?.events ?? 0;
  const sums = {
    requests: counts.requests,
    records: counts.records,
    duplicates: counts.duplicates,
    events,
  };
  state.totals = {
    ...add(state.totals, sums),
    malformed: state.totals.malformed + counts.malformed,
    bytes: state.totals.bytes + (segment?.bytes ?? 0),
    segments: state.totals.segments + (segment === null ? 0 : 1),
  };
  if (state.lastPull !== null) state.lastPull = add(state.lastPull, sums);
  addWarnings(state, warnings);
}

/** The segment that came back as one to deliver; none where there was nothing new. */
export function toPending(
  { state }: WorkRun,
  lane: Pick<Lane, 'number' | 'pullingId' | 'checkpoint'>,
  fetched: Pick<Fetched, 'segment' | 'window'> & Pick<PendingSegment, 'newKeys'>,
  asked: readonly AskedIncident[] | null,
): PendingSegment[] {
  const { segment, window, newKeys } = fetched;
  if (segment === null) return [];
  return [
    {
      segment,
      window,
      asked,
      pullingId: lane.pullingId,
      lane: lane.number,
      newKeys,
      watermarkBeforeMs: lane.checkpoint.watermarkMs,
      outputs: [...state.settings.outputs],
      lost: false,
    },
  ];
}

type Sums = Record<'requests' | 'records' | 'duplicates' | 'events', number>;

function add<Into extends Sums>(into: Into, sums: Sums): Into {
  return {
    ...into,
    requests: into.requests + sums.requests,
    records: into.records + sums.records,
    duplicates: into.duplicates + sums.duplicates,
    events: into.events + sums.events,
  };
}
