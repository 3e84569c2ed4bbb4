import type { StreamIdentity, StreamSettings } from './settings.js';
import type { OwedView, StreamError, StreamTotals } from './status.js';
import type { TimeWindow } from './window.js';

/** What an operator asks for: the argument of the workflow `backfill`, as typed into Temporal UI. */
export interface BackfillRequest {
  /** Needed where several inputs of the config have the service. */
  readonly input?: string;
  /** A service of the config, or `incident_alerts`. */
  readonly service: string;
  /** ISO 8601 (a date is its first moment, UTC) or epoch ms; the first moment of the range. */
  readonly from: string | number;
  /** As `from`; the end of the range, which does not belong to it: adjacent ranges share nothing. */
  readonly to: string | number;
  /** Parts of the range that are pulled side by side, 1 to 8. Default 2. */
  readonly lanes?: number;
}

/** A request joined with the config. */
export interface BackfillPlan {
  readonly identity: StreamIdentity;
  readonly settings: StreamSettings;
  /** Both ends belong to it; epoch ms. */
  readonly range: TimeWindow;
  readonly lanes: number;
  /** What an operator should know, for example that the range was cut. */
  readonly warnings: readonly string[];
}

/** Most lanes: they share one quota, and two keep it busy. */
export const MOST_LANES = 8;
export const DEFAULT_LANES = 2;

/**
 * `running`: pulls; `blocked`: an output is down; `failing`: waits after an error; `finishing`: delivers the
 * segments in flight after a cancellation.
 */
export type BackfillState =
  'starting' | 'running' | 'blocked' | 'failing' | 'paused' | 'finishing' | 'done' | 'cancelled';

/** Answer of the query `progress`, and the result of the workflow. */
export interface BackfillProgress extends StreamIdentity {
  readonly state: BackfillState;
  /** Both ends belong to it; epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Share of the range's time that every output has confirmed, 0 to 1. */
  readonly share: number;
  readonly lanes: readonly LaneProgress[];
  readonly totals: StreamTotals;
  /** Fetched segments not yet confirmed, by output. */
  readonly pendingByOutput: Readonly<Record<string, number>>;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly fetchError: StreamError | null;
  readonly outputErrors: Readonly<Record<string, StreamError>>;
  /** What is left out of the lanes' progress: it is read again before the backfill ends. */
  readonly owed: readonly OwedView[];
  readonly warnings: readonly string[];
}

/** One part of the range. */
export interface LaneProgress {
  readonly fromMs: number;
  readonly toMs: number;
  /** Everything up to here is confirmed by every output, epoch ms; `fromMs - 1` at first. */
  readonly confirmedToMs: number;
}

/** Cuts a range into adjacent parts of about the same width, at most one per millisecond. */
export function cutLanes(range: TimeWindow, lanes: number): TimeWindow[] {
  const width = range.toMs - range.fromMs + 1;
  const parts = Math.max(1, Math.min(lanes, width));
  const startOf = (part: number) => range.fromMs + Math.floor((width * part) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    fromMs: startOf(part),
    toMs: startOf(part + 1) - 1,
  }));
}

/** Share of the range that is confirmed, 0 to 1. */
export function shareDone(lanes: readonly LaneProgress[]): number {
  let done = 0;
  let width = 0;
  for (const { fromMs, toMs, confirmedToMs } of lanes) {
    done += Math.min(toMs, confirmedToMs) - fromMs + 1;
    width += toMs - fromMs + 1;
  }
  return width === 0 ? 1 : done / width;
}

/** Id of the workflow that pulls a stream. */
export function streamIdOf({ input, inputId, stream }: StreamIdentity): string {
  return `collect/${input}/${inputId}/${stream}`;
}

/** Id of the workflow that pulls a range; the same range is pulled by one workflow at a time. */
export function backfillIdOf(
  { input, inputId, stream }: StreamIdentity,
  { fromMs, toMs }: TimeWindow,
): string {
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
  return `backfill/${input}/${inputId}/${stream}/${iso(fromMs)}/${iso(toMs + 1)}`;
}
