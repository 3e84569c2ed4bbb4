import type { StreamName, StreamSettings } from '../pull/settings.js';

/** Slices per lookback: finer ones lose less coverage when the cap on keys bites. */
const SLICES = 20;

/** What the planner needs to know of a stream in one pull cycle. */
export interface PlanSettings {
  readonly targetMs: number;
  readonly lookbackMs: number;
  readonly sliceMs: number;
  /** 1 where record times have fractions of a millisecond: neighbouring windows share one. */
  readonly overlapMs: 0 | 1;
}

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
