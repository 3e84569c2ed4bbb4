import type { Checkpoint, KeySlice } from './checkpoint.js';
import { KEY_CAP } from './checkpoint.js';
import { countKeys, mergeKeys } from './keys.js';
import { nextStepMs } from './step.js';
import type { TimeWindow } from './window.js';
import { widthMs } from './window.js';

/** What the planner needs to know of a stream in one pull cycle. */
export interface PlanSettings {
  /** Where the cycle ends: now minus settle when it began, epoch ms. */
  readonly targetMs: number;
  readonly lookbackMs: number;
  /** Width of the slices that keys are kept in. */
  readonly sliceMs: number;
  /** 1 where record times have fractions of a millisecond: neighbouring windows share one. */
  readonly overlapMs: 0 | 1;
}

/**
 * The next window of a cycle, null when the stream is up to date. The first one of a cycle
 * (`lookingBack`) also reads again behind the watermark, as far as keys tell its records apart; the
 * others begin where the last one ended.
 */
export function nextWindow(
  checkpoint: Checkpoint,
  plan: PlanSettings & { readonly lookingBack: boolean },
): TimeWindow | null {
  const { watermarkMs, coveredFromMs, startTimeMs, stepMs } = checkpoint;
  if (watermarkMs >= plan.targetMs) return null;
  const aheadMs = Math.max(startTimeMs, watermarkMs + 1 - plan.overlapMs);
  const backMs = Math.max(watermarkMs + 1 - plan.lookbackMs, coveredFromMs, startTimeMs);
  const fromMs = plan.lookingBack ? Math.min(aheadMs, backMs) : aheadMs;
  return { fromMs, toMs: Math.min(plan.targetMs, aheadMs + stepMs - 1 + plan.overlapMs) };
}

/** The kept slices that can hold records of a window. */
export function keysFor(window: TimeWindow, checkpoint: Checkpoint): KeySlice[] {
  const { recentKeys } = checkpoint;
  return recentKeys.filter((slice, at) => {
    const nextMs = recentKeys[at + 1]?.fromMs;
    return slice.fromMs <= window.toMs && (nextMs === undefined || nextMs > window.fromMs);
  });
}

/**
 * From when on the keys of a window's records are wanted back, epoch ms: the next cycle looks back from
 * this one's target, so a backlog's keys need not travel. The shared millisecond of neighbouring windows
 * is always wanted.
 */
export function keysSinceMs(window: TimeWindow, plan: PlanSettings): number {
  const lookbackMs = plan.targetMs + 1 - plan.lookbackMs;
  return plan.overlapMs === 0 ? lookbackMs : Math.min(lookbackMs, window.toMs);
}

/** The checkpoint after a window was read: watermark, keys and step moved on. */
export function afterWindow(
  checkpoint: Checkpoint,
  read: {
    readonly window: TimeWindow;
    readonly newKeys: readonly KeySlice[];
    readonly records: number;
  },
  plan: PlanSettings,
): Checkpoint {
  const { window } = read;
  const watermarkMs = Math.max(checkpoint.watermarkMs, window.toMs);
  const sinceMs = keysSinceMs(window, plan);
  // Keys older than `sinceMs` did not come back with this window: if it went past them, the cover begins anew.
  const freshFromMs = Math.max(checkpoint.watermarkMs + 1 - plan.overlapMs, sinceMs);
  const coveredMs =
    sinceMs > checkpoint.watermarkMs + 1
      ? Math.min(freshFromMs, watermarkMs + 1 - plan.overlapMs)
      : checkpoint.coveredFromMs;
  const oldestMs = Math.max(coveredMs, watermarkMs + 1 - plan.lookbackMs - plan.overlapMs);
  const merged = mergeKeys(checkpoint.recentKeys, read.newKeys).filter(
    (slice) => slice.fromMs + plan.sliceMs > oldestMs,
  );
  return {
    ...checkpoint,
    watermarkMs,
    ...capped(merged, coveredMs, watermarkMs + 1, plan.sliceMs),
    stepMs: nextStepMs(widthMs(window), read.records),
  };
}

/** Drops the oldest slices above the cap; what is dropped is not covered any more. */
function capped(
  slices: readonly KeySlice[],
  coveredFromMs: number,
  endMs: number,
  sliceMs: number,
): Pick<Checkpoint, 'recentKeys' | 'coveredFromMs'> {
  let first = 0;
  let keys = countKeys(slices);
  let coveredMs = coveredFromMs;
  for (const slice of slices) {
    if (keys <= KEY_CAP) break;
    keys -= countKeys([slice]);
    coveredMs = Math.max(coveredMs, Math.min(endMs, slice.fromMs + sliceMs));
    first += 1;
  }
  return { recentKeys: slices.slice(first), coveredFromMs: coveredMs };
}
