import { LIMITS } from '../pull/limits.js';
import type { CyclePlan } from '../pull/plan.js';
import { overlapMsOf } from '../pull/window.js';
import type { StreamName, StreamSettings, TimeField } from '../pull/settings.js';

/** Slices per lookback: finer ones lose less coverage when the cap on keys bites. */
const SLICES = 20;
/** Least lookback where alerts are asked for by `creation_time`: the endpoint's clock, and hosts are offline. */
const CREATION_TIME_LOOKBACK_MS = 3_600_000;

/** What a cycle's plan depends on beside the target. */
export interface PlanSource {
  readonly settings: StreamSettings;
  readonly timeField: TimeField | null;
}

/** What holds for one pull cycle of a stream, as the planner takes it. */
export function cyclePlan(stream: StreamName, source: PlanSource, targetMs: number): CyclePlan {
  return {
    targetMs,
    lookbackMs: lookbackMs(source),
    overlapMs: overlapMsOf(stream),
    ...(stream === 'incident_alerts' ? { aimedRecords: LIMITS.aimedIncidents } : {}),
  };
}

/** Width of the slices that keys are kept in, at least a second. */
export function sliceWidthMs(source: PlanSource): number {
  return Math.max(1_000, Math.ceil(lookbackMs(source) / SLICES));
}

function lookbackMs({ settings, timeField }: PlanSource): number {
  return timeField === 'creation_time'
    ? Math.max(settings.lookbackMs, CREATION_TIME_LOOKBACK_MS)
    : settings.lookbackMs;
}
