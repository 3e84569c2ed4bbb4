import { LIMITS } from './limits.js';
import { owesTooMuch } from './owed.js';
import { aroundRefused, dueWindow, LEAST_WIDTH_MS, nextDueMs } from './owed-windows.js';
import type { OwedWindow } from './owed-windows.js';
import { nextWindow } from './plan.js';
import type { CyclePlan } from './plan.js';
import type { StreamName, StreamSettings, TimeField } from './settings.js';
import { overlapMsOf } from './window.js';
import type { TimeWindow } from './window.js';
import { waitingFor } from './work.js';
import type { Asking, Lane, LanePull, Work } from './work.js';

/** Segments under way to one output: one is sent while the one before it is confirmed. */
export const AT_ONCE = 2;
/** Slices per lookback: finer ones lose less coverage when the cap on keys bites. */
const SLICES = 20;
/** Least lookback where alerts are asked for by `creation_time`: the endpoint's clock, and hosts are offline. */
const CREATION_TIME_LOOKBACK_MS = 3_600_000;

/** What a lane does next. */
export type LaneStep =
  | { readonly kind: 'restart' | 'begin pull' | 'ask owed' | 'end pull' }
  | { readonly kind: 'done' }
  | { readonly kind: 'ask'; readonly asking: Asking }
  | { readonly kind: 'owed'; readonly owed: OwedWindow }
  | { readonly kind: 'window'; readonly pull: LanePull; readonly window: TimeWindow }
  /** `untilMs`: epoch ms; null: until something changes. */
  | { readonly kind: 'wait'; readonly why: Wait; readonly untilMs: number | null };

export type Wait = 'pause' | 'room' | 'error' | 'owed' | 'deliveries' | 'next pull';

/** Decides the next step of a lane. */
export function nextStep(work: Work, lane: Lane, nowMs: number): LaneStep {
  if (work.restart !== null) return { kind: 'restart' };
  if (work.pausedSinceMs !== null) return { kind: 'wait', why: 'pause', untilMs: null };
  const room = { kind: 'wait', why: 'room', untilMs: null } as const;
  if (work.pending.length >= LIMITS.pendingSegments) return room;
  const errorUntilMs = lane.fetchError?.nextTryMs ?? 0;
  if (errorUntilMs > nowMs) return { kind: 'wait', why: 'error', untilMs: errorUntilMs };
  const owed = dueWindow(lane.owed, nowMs);
  if (owed !== undefined) return { kind: 'owed', owed };
  if (isAhead(work)) return room;
  if (lane.asking !== null) return { kind: 'ask', asking: lane.asking };
  const { owed: incidents } = work.incidents;
  const owedMs = Math.min(nextDueMs(lane.owed), nextDueMs(incidents));
  if (owedMs <= nowMs) return { kind: 'ask owed' };
  const waitForOwed = { kind: 'wait', why: 'owed', untilMs: owedMs } as const;
  if (owesTooMuch(lane.owed.length + incidents.length) !== null) return waitForOwed;
  if (lane.pull !== null) {
    const { pull } = lane;
    const window = windowOf(work, lane, pull);
    return window === null ? { kind: 'end pull' } : { kind: 'window', pull, window };
  }
  if (lane.toMs === null) {
    if (work.pullAsked || work.nextPullMs <= nowMs) return { kind: 'begin pull' };
    const untilMs = Math.min(work.nextPullMs, owedMs);
    return { kind: 'wait', why: 'next pull', untilMs };
  }
  if (lane.checkpoint.watermarkMs < lane.toMs) return { kind: 'begin pull' };
  if (owedMs < Infinity) return waitForOwed;
  return work.pending.some((item) => item.lane === lane.number)
    ? { kind: 'wait', why: 'deliveries', untilMs: null }
    : { kind: 'done' };
}

/** Whether enough is fetched ahead of the fastest output. */
function isAhead(work: Work): boolean {
  const waiting = work.settings.outputs.map((output) => waitingFor(work, output));
  return Math.min(...waiting) >= AT_ONCE + work.lanes.length;
}

function windowOf(work: Work, lane: Lane, pull: LanePull): TimeWindow | null {
  const { doubt, owed } = lane;
  const plan = planOf(work, pull.targetMs);
  const skipped = doubt?.skipped ?? null;
  if (skipped !== null) return beside(skipped, lane, pull.targetMs);
  const window = nextWindow(lane.checkpoint, { ...plan, readToMs: pull.readToMs });
  const clear = window === null ? null : aroundRefused(window, owed, plan.overlapMs);
  if (clear === null) return null;
  const widthMs = doubt?.widthMs ?? Infinity;
  return { fromMs: clear.fromMs, toMs: Math.min(clear.toMs, clear.fromMs + widthMs - 1) };
}

/** A window next to one that failed at its narrowest: behind it, where need be in the next pull; a lane that ends looks before it. */
function beside(skipped: TimeWindow, lane: Lane, targetMs: number): TimeWindow | null {
  const { fromMs, toMs } = skipped;
  if (toMs < targetMs) {
    return { fromMs: toMs + 1, toMs: Math.min(targetMs, toMs + LEAST_WIDTH_MS) };
  }
  if (lane.toMs === null) return null;
  const { checkpoint } = lane;
  const beforeMs = Math.max(checkpoint.startTimeMs, fromMs - LEAST_WIDTH_MS);
  return beforeMs < fromMs ? { fromMs: beforeMs, toMs: fromMs - 1 } : skipped;
}

/** What the planning of windows depends on beside the target. */
export interface PlanSource {
  readonly identity: { readonly stream: StreamName };
  readonly settings: Pick<StreamSettings, 'lookbackMs'>;
  readonly timeField: TimeField | null;
}

/** What holds for one pull of a stream, as the planner takes it. */
export function planOf(source: PlanSource, targetMs: number): CyclePlan {
  const { stream } = source.identity;
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
