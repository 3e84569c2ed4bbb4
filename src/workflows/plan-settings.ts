import type { PlanSettings } from '../pull/plan.js';
import type { StreamName, StreamSettings } from '../pull/settings.js';

/** Slices per lookback: finer ones lose less coverage when the cap on keys bites. */
const SLICES = 20;

/** Settings of a stream as its planner takes them. */
export function planSettings(
  stream: StreamName,
  settings: StreamSettings,
  targetMs: number,
): PlanSettings {
  return {
    targetMs,
    lookbackMs: settings.lookbackMs,
    sliceMs: Math.max(1_000, Math.ceil(settings.lookbackMs / SLICES)),
    overlapMs: stream === 'agent_audits' ? 1 : 0,
  };
}
