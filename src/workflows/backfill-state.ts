import { newCheckpoint } from '../pull/checkpoint.js';
import type { Checkpoint } from '../pull/checkpoint.js';
import { cutLanes, shareDone } from '../pull/backfill.js';
import type {
  BackfillPlan,
  BackfillProgress,
  BackfillRequest,
  BackfillState,
  LaneProgress,
} from '../pull/backfill.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { StreamError } from '../pull/status.js';
import { formatDuration } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { detailsTable, errorRows } from './details.js';
import { confirmedMs, newWork, waitingFor } from './work-state.js';
import type { Reader, WorkControl, WorkState } from './work-state.js';

/** Version of `BackfillWork`. */
const STATE_VERSION = 1;

/** One part of the range and how far it is. */
export interface BackfillLane extends Reader {
  readonly range: TimeWindow;
  checkpoint: Checkpoint;
  /** End of the last window read, epoch ms; null before the first. */
  readToMs: number | null;
  /** Read to its end; deliveries may be under way. */
  done: boolean;
}

/** Everything a backfill remembers from run to run; no live stream shares any of it. */
export interface BackfillWork extends WorkState {
  readonly schemaVersion: typeof STATE_VERSION;
  readonly identity: StreamIdentity;
  readonly range: TimeWindow;
  readonly lanes: BackfillLane[];
  /** `@devo_pulling_id` of all its events: when it began, epoch ms. */
  readonly pullingId: number;
  endedMs: number | null;
}

/** Argument of the workflow `backfill`: what was typed, and what a longer one hands to its next run. */
export interface BackfillInput extends BackfillRequest {
  readonly state?: BackfillWork;
}

/** What signals and the cancellation ask. */
export interface BackfillControl extends WorkControl {
  cancelled: boolean;
  paused: boolean;
}

/** A backfill that has not begun. */
export function newBackfill(plan: BackfillPlan, nowMs: number): BackfillWork {
  const { identity, settings, range } = plan;
  return {
    ...newWork(settings),
    schemaVersion: STATE_VERSION,
    identity,
    range,
    lanes: cutLanes(range, plan.lanes).map((part) => ({
      range: part,
      checkpoint: newCheckpoint({ startTimeMs: part.fromMs, configuredStartMs: null }),
      readToMs: null,
      done: false,
      fetchError: null,
    })),
    pullingId: nowMs,
    endedMs: null,
    warnings: [...plan.warnings],
  };
}

/** The error that holds the backfill up longest, null where no lane has one. */
function longestError({ lanes }: BackfillWork): StreamError | null {
  const errors = lanes.map((lane) => lane.fetchError).filter((error) => error !== null);
  const nextTry = (error: StreamError) => error.nextTryMs ?? 0;
  return errors.sort((a, b) => nextTry(b) - nextTry(a))[0] ?? null;
}

/** The answer to the query `progress`. */
export function progressOf(work: BackfillWork, control: BackfillControl): BackfillProgress {
  const lanes = work.lanes.map(({ range, checkpoint }, number): LaneProgress => ({
    ...range,
    confirmedToMs: Math.min(range.toMs, confirmedMs(work, number, checkpoint.watermarkMs)),
  }));
  return {
    ...work.identity,
    state: stateOf(work, control),
    ...work.range,
    share: shareDone(lanes),
    lanes,
    totals: work.totals,
    pendingByOutput: Object.fromEntries(
      work.settings.outputs.map((output) => [output, waitingFor(work, output)]),
    ),
    startedMs: work.pullingId,
    endedMs: work.endedMs,
    fetchError: longestError(work),
    outputErrors: work.outputErrors,
    warnings: work.warnings,
  };
}

function stateOf(work: BackfillWork, { cancelled }: BackfillControl): BackfillState {
  if (work.endedMs !== null) return cancelled ? 'cancelled' : 'done';
  if (cancelled) return 'finishing';
  if (work.paused) return 'paused';
  if (longestError(work) !== null) return 'failing';
  return Object.keys(work.outputErrors).length > 0 ? 'blocked' : 'running';
}

/** Current details, as Temporal UI shows them. */
export function backfillDetails(progress: BackfillProgress, nowMs: number): string {
  const iso = (ms: number) => new Date(ms).toISOString();
  const { totals, lanes } = progress;
  return detailsTable([
    ['state', progress.state],
    ['range', `${iso(progress.fromMs)} - ${iso(progress.toMs)}`],
    ['done', `${(progress.share * 100).toFixed(1)} % of the time`],
    ...lanes.map(({ confirmedToMs }, number): [string, string] => [
      `lane ${number + 1} delivered to`,
      iso(confirmedToMs),
    ]),
    ['records', String(totals.records)],
    ['events', `${totals.events} in ${totals.segments} segments`],
    ['running for', formatDuration((progress.endedMs ?? nowMs) - progress.startedMs)],
    ...errorRows([progress.fetchError, ...Object.values(progress.outputErrors)]),
    ...progress.warnings.map((warning): [string, string] => ['warning', warning]),
  ]);
}
