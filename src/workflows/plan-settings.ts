import type { CyclePlan } from '../pull/plan.js';
import { overlapMsOf } from '../pull/window.js';
import type { StreamName, StreamSettings } from '../pull/settings.js';

/** Slices per lookback: finer ones lose less coverage when the cap on keys bites. */
const SLICES = 20;

/** What holds for one pull cycle of a stream, as the planner takes it. */
export function cyclePlan(
  stream: StreamName,
  settings: StreamSettings,
  targetMs: number,
): CyclePlan {
  return {
    targetMs,
    lookbackMs: settings.lookbackMs,
    overlapMs: overlapMsOf(stream),
  };
}

/** Width of the slices that keys are kept in, at least a second. */
export function sliceWidthMs(settings: StreamSettings): number {
  return Math.max(1_000, Math.ceil(settings.lookbackMs / SLICES));
}
