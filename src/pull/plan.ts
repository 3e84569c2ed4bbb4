import type { Checkpoint, KeySlice } from './checkpoint.js';
import { LIMITS } from './limits.js';
import { capKeys, dropBefore, mergeKeys } from './keys.js';
import { nextStepMs } from './step.js';
import { widthMs } from './window.js';
import type { OverlapMs, TimeWindow } from './window.js';

/** What holds for one pull cycle of a stream. */
export interface CyclePlan {
  /** Now minus settle when the cycle began, epoch ms: it reads up to here. */
  readonly targetMs: number;
  /** How far behind the watermark late records are looked for. */
  readonly lookbackMs: number;
  readonly overlapMs: OverlapMs;
  /** Records that a window should hold. Default 3,000. */
  readonly aimedRecords?: number;
}

/** A cycle and how far it has come. */
export interface CyclePosition extends CyclePlan {
  /** End of the last window that this cycle read, epoch ms; null before its first one, which looks back. */
  readonly readToMs: number | null;
}

/** A window that was read, and what came of it. */
export interface ReadOutcome {
  /** How far it was read: the window asked for, or a lower part of it; it ends before it begins where that is nothing. */
  readonly window: TimeWindow;
  /** Keys of its new records, as `keysToKeep` gives them. */
  readonly newKeys: readonly KeySlice[];
  /** All records of the window, known ones included. */
  readonly records: number;
}

/**
 * The next window of a cycle; null when the stream is read up to the target. The first one begins in the
 * lookback, as far as keys are complete, and goes on into new time at once: an idle cycle is one window.
 * The later ones begin right behind the last, be that in new time or, where it was cut, in the lookback.
 */
export function nextWindow(checkpoint: Checkpoint, cycle: CyclePosition): TimeWindow | null {
  const { watermarkMs, coveredFromMs, startTimeMs, stepMs } = checkpoint;
  const { targetMs, lookbackMs, overlapMs, readToMs } = cycle;
  if (targetMs <= watermarkMs) return null;
  const aheadMs = watermarkMs + 1 - overlapMs;
  const wantedMs = readToMs === null ? watermarkMs + 1 - lookbackMs : readToMs + 1 - overlapMs;
  return {
    fromMs: Math.max(startTimeMs, Math.min(aheadMs, Math.max(wantedMs, coveredFromMs))),
    toMs: Math.min(targetMs, watermarkMs + stepMs),
  };
}

/** The known keys that records of a window can have. */
export function keysFor(window: TimeWindow, checkpoint: Checkpoint): KeySlice[] {
  return checkpoint.recentKeys.filter(
    (slice) => slice.untilMs > window.fromMs && slice.fromMs <= window.toMs,
  );
}

/**
 * Only keys of records at or after this time (epoch ms) are wanted back: those that the next cycle's
 * lookback will meet, and where windows share a millisecond, those in the shared one.
 */
export function keysSinceMs(window: TimeWindow, plan: CyclePlan): number {
  const sinceMs = plan.targetMs - plan.lookbackMs;
  return plan.overlapMs === 0 ? sinceMs : Math.min(sinceMs, window.toMs);
}

/**
 * The checkpoint after a window: the watermark at its end (never backwards), its keys added, keys that no
 * lookback can need dropped, the step adapted. `coveredFromMs` rises past every record whose key was not
 * collected or was dropped: a later lookback then is shorter, for reading those again would double them.
 */
export function afterWindow(
  checkpoint: Checkpoint,
  outcome: ReadOutcome,
  plan: CyclePlan,
): Checkpoint {
  const { window } = outcome;
  if (window.toMs < window.fromMs) return checkpoint;
  const watermarkMs = Math.max(checkpoint.watermarkMs, window.toMs);
  const sinceMs = Math.min(keysSinceMs(window, plan), window.toMs + 1);
  const collectedMs = sinceMs <= window.fromMs ? -Infinity : sinceMs;

  const neededMs = watermarkMs + 1 - Math.max(plan.lookbackMs, plan.overlapMs);
  const merged = mergeKeys(checkpoint.recentKeys, outcome.newKeys);
  const needed = dropBefore(merged, neededMs);
  const capped = capKeys(needed.kept, LIMITS.keys);
  const completeMs = Math.max(
    checkpoint.coveredFromMs,
    collectedMs,
    needed.droppedUntilMs,
    capped.droppedUntilMs,
  );
  return {
    ...checkpoint,
    watermarkMs,
    recentKeys: capped.kept,
    // Nothing behind the watermark was read, so nothing there can be missing.
    coveredFromMs: Math.min(completeMs, watermarkMs + 1),
    stepMs: nextStepMs(checkpoint.stepMs, outcome.records, widthMs(window), plan.aimedRecords),
  };
}
