import type { KeySlice } from './checkpoint.js';
import type { AskedIncident } from './incident-memory.js';
import { isDue, owedAfter } from './owed.js';
import type { Owed, OwedError } from './owed.js';
import { widthMs } from './window.js';
import type { OverlapMs, TimeWindow } from './window.js';

/** A window that could not be had, or was lost on the way: it is read again and holds up nothing else. */
export interface OwedWindow extends Owed {
  /** `@devo_pulling_id` of its events, as of the pull that first met it. */
  readonly pullingId: number;
  readonly window: TimeWindow;
  /** Outputs that lack it; null: it was never read, so all of them. */
  readonly outputs: readonly string[] | null;
  /** The segment that was lost; null: there was none. */
  readonly segment: string | null;
  /** The incidents alone that are asked for again; null: the window itself. */
  readonly incidents: readonly AskedIncident[] | null;
  /** Keys of the lost segment: the checkpoint has them, and the outputs do not have their records. */
  readonly newKeys: readonly KeySlice[];
}

/** Windows are not halved below this: some records at most stay out. */
export const LEAST_WIDTH_MS = 1_000;
/** Failures after which a window is tried in halves. */
const ROUNDS = 3;

/** What is owed after another try of a window failed: the window, later, and in halves where it fails again and again. */
export function afterOwedFailure(
  owed: OwedWindow,
  error: OwedError,
  nowMs: number,
): readonly OwedWindow[] {
  const again = { ...owed, ...owedAfter(owed.reason, nowMs, error, owed) };
  const { fromMs, toMs } = owed.window;
  if (again.failures < ROUNDS || widthMs(owed.window) <= LEAST_WIDTH_MS) return [again];
  const middleMs = fromMs + Math.floor(widthMs(owed.window) / 2);
  return [
    { ...again, window: { fromMs, toMs: middleMs - 1 } },
    { ...again, window: { fromMs: middleMs, toMs } },
  ];
}

/** The owed window whose try is due, the oldest first; undefined: none is. */
export function dueWindow(owed: readonly OwedWindow[], nowMs: number): OwedWindow | undefined {
  return owed.filter((each) => isDue(each, nowMs)).sort((a, b) => a.sinceMs - b.sinceMs)[0];
}

/** When the next of them is due, epoch ms; Infinity: none is owed. */
export function nextDueMs(owed: readonly Owed[]): number {
  return Math.min(Infinity, ...owed.map(({ nextTryMs }) => nextTryMs));
}

/**
 * The first part of a window that holds nothing which the API refused, for a lookback would meet that again; null
 * where nothing is left. Owed windows of records whose times have fractions reach over by `overlapMs`.
 */
export function aroundRefused(
  window: TimeWindow,
  owed: readonly OwedWindow[],
  overlapMs: OverlapMs,
): TimeWindow | null {
  let { fromMs } = window;
  const holes = owed
    .filter(({ reason, incidents }) => reason === 'refused' && incidents === null)
    .map((each) => ({ fromMs: each.window.fromMs, toMs: each.window.toMs - overlapMs }))
    .sort((a, b) => a.fromMs - b.fromMs);
  for (const hole of holes) {
    if (hole.toMs < fromMs || hole.fromMs > window.toMs) continue;
    if (hole.fromMs > fromMs) return { fromMs, toMs: hole.fromMs - 1 + overlapMs };
    fromMs = hole.toMs + 1;
  }
  return fromMs > window.toMs ? null : { fromMs, toMs: window.toMs };
}

/** Whether it is that owed window, whatever became of its outputs and waits. */
export function isSameOwed(one: OwedWindow, other: OwedWindow): boolean {
  return one.window === other.window && one.incidents === other.incidents;
}
