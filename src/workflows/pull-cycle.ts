import {
  condition,
  isCancellation,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import { waitAfterFailureMs } from '../pull/backoff.js';
import { mergeKeys, withoutKeys } from '../pull/keys.js';
import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../pull/plan.js';
import type { KeySlice } from '../pull/checkpoint.js';
import type { SegmentReceipt } from '../pull/receipts.js';
import type { StreamIdentity } from '../pull/settings.js';
import { formatDuration, formatWindow } from '../pull/time-text.js';
import { restOf } from '../pull/window.js';
import type { TimeWindow } from '../pull/window.js';
import { cyclePlan, sliceWidthMs } from './plan-settings.js';
import { describeFailure } from './failure.js';
import type { Control } from './handlers.js';
import type { CollectState, PendingSegment, PullCycle } from './state.js';

/** One stream at work: what the phases of its loop share. */
export interface StreamRun {
  readonly identity: StreamIdentity;
  readonly state: CollectState;
  readonly control: Control;
}

/** Most warnings shown at a time. */
const MOST_WARNINGS = 5;

/**
 * Reads windows until the stream is up to date; returns early when `cut` says so, with the cycle kept in
 * the state to go on with. `onSegment` is called after each window.
 */
export async function pullCycle(
  run: StreamRun,
  hasRoom: () => boolean,
  onWindow: () => void,
  cut: () => boolean,
): Promise<void> {
  const { state } = run;
  const cycle = (state.cycle ??= beginCycle(state, Date.now()));
  for (;;) {
    await condition(() => hasRoom() || cut());
    if (cut() || state.cycle !== cycle) return;
    const plan = cyclePlan(run.identity.stream, state.settings, cycle.targetMs);
    const window = nextWindow(state.checkpoint, { ...plan, readToMs: cycle.readToMs });
    if (window === null) break;
    const { checkpoint } = state;
    const receipt = await fetchWindow(run, window, cycle.pullingId, {
      knownKeys: keysFor(window, checkpoint),
      keysSinceMs: keysSinceMs(window, plan),
      sliceMs: sliceWidthMs(state.settings),
    });
    if (receipt === null) return;
    keepSegment(state, receipt, cycle, checkpoint.watermarkMs);
    if (state.checkpoint === checkpoint) {
      state.checkpoint = afterWindow(
        checkpoint,
        { window: receipt.window, newKeys: receipt.newKeys, records: receipt.counts.records },
        plan,
      );
      cycle.readToMs = receipt.window.toMs;
      prunePendingKeys(state);
    }
    onWindow();
  }
  state.totals = { ...state.totals, cycles: state.totals.cycles + 1 };
  if (state.lastPull !== null) {
    state.lastPull = { ...state.lastPull, endedMs: Date.now() };
    log.info('Data up to date', { pull: state.lastPull });
  }
  state.cycle = null;
}

function beginCycle(state: CollectState, nowMs: number): PullCycle {
  const { checkpoint } = state;
  const targetMs = nowMs - state.settings.settleMs;
  state.lastPull = {
    pullingId: nowMs,
    endedMs: null,
    fromMs: checkpoint.watermarkMs + 1,
    toMs: targetMs,
    requests: 0,
    records: 0,
    duplicates: 0,
    events: 0,
  };
  state.warnings = [];
  return { pullingId: nowMs, targetMs, readToMs: null };
}

interface KeyRequest {
  readonly knownKeys: readonly KeySlice[];
  readonly keysSinceMs: number;
  readonly sliceMs: number;
}

/** One `fetchSegment`; null when it failed for now, with the error and the next try in the state. */
async function fetchWindow(
  run: StreamRun,
  window: TimeWindow,
  pullingId: number,
  keys: KeyRequest,
): Promise<SegmentReceipt | null> {
  const { state, identity } = run;
  const { fetchSegment } = proxyActivities<CollectorActivities>({
    taskQueue: state.settings.taskQueuePrefix,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 6 },
  });
  try {
    const receipt = await fetchSegment.executeWithOptions(
      { summary: `${identity.stream} ${formatWindow(window, Date.now())}` },
      [
        {
          ...identity,
          ...keys,
          window,
          pullingId,
          segment: `${pullingId}-${window.fromMs}`,
          keep: state.pending.map((item) => item.segment.name),
          outputs: state.settings.outputs,
          priority: 'live',
        },
      ],
    );
    state.fetchError = null;
    count(state, receipt);
    return receipt;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = describeFailure(error);
    const failures = (state.fetchError?.failures ?? 0) + 1;
    const atMs = Date.now();
    state.fetchError = {
      code: failure.code,
      message: failure.message,
      atMs,
      failures,
      nextTryMs: atMs + waitAfterFailureMs(failures, failure.curable),
    };
    return null;
  }
}

function keepSegment(
  state: CollectState,
  receipt: SegmentReceipt,
  cycle: PullCycle,
  watermarkBeforeMs: number,
): void {
  if (receipt.segment === null) return;
  state.pending.push({
    segment: receipt.segment,
    window: receipt.window,
    pullingId: cycle.pullingId,
    newKeys: receipt.newKeys,
    watermarkBeforeMs,
    outputs: [...state.settings.outputs],
  });
}

/** Fetches the window of a lost segment again, for the outputs that lack it, and puts the result in its place. */
export async function refetch(
  run: StreamRun,
  item: PendingSegment,
  givenUp: () => boolean,
): Promise<void> {
  const { state } = run;
  let rest: TimeWindow | null = item.window;
  const fresh: PendingSegment[] = [];
  const plan = cyclePlan(run.identity.stream, state.settings, item.window.toMs);
  while (rest !== null) {
    if (givenUp()) return;
    const receipt: SegmentReceipt | null = await fetchWindow(run, rest, item.pullingId, {
      knownKeys: withoutKeys(state.checkpoint.recentKeys, item.newKeys),
      keysSinceMs: keysSinceMs(item.window, plan),
      sliceMs: sliceWidthMs(state.settings),
    });
    if (receipt === null) {
      const wakes = run.control.wakes;
      const waitMs = Math.max(1, (state.fetchError?.nextTryMs ?? 0) - Date.now());
      await condition(() => givenUp() || run.control.wakes !== wakes, waitMs, {
        summary: `window again in ${formatDuration(waitMs)}`,
      });
      continue;
    }
    const { checkpoint } = state;
    // Late records may have come in since: the next lookback has to know them too.
    const recentKeys = mergeKeys(checkpoint.recentKeys, receipt.newKeys);
    state.checkpoint = { ...checkpoint, recentKeys };
    if (receipt.segment !== null) {
      fresh.push({ ...item, segment: receipt.segment, window: receipt.window });
    }
    rest = restOf(rest, receipt.window.toMs, plan.overlapMs);
  }
  state.pending = state.pending.flatMap((each) => (each === item ? fresh : [each]));
  state.totals = { ...state.totals, refetched: state.totals.refetched + 1 };
}

function count(state: CollectState, receipt: SegmentReceipt): void {
  const { counts, segment } = receipt;
  const events = segment?.events ?? 0;
  const sums = {
    requests: counts.requests,
    records: counts.records,
    duplicates: counts.duplicates,
    events,
  };
  state.totals = {
    ...add(state.totals, sums),
    malformed: state.totals.malformed + counts.malformed,
    bytes: state.totals.bytes + (segment?.bytes ?? 0),
    segments: state.totals.segments + (segment === null ? 0 : 1),
  };
  if (state.lastPull !== null) state.lastPull = add(state.lastPull, sums);
  state.warnings = [...new Set([...state.warnings, ...receipt.warnings])].slice(-MOST_WARNINGS);
}

type Sums = Record<'requests' | 'records' | 'duplicates' | 'events', number>;

function add<Into extends Sums>(into: Into, sums: Sums): Into {
  return {
    ...into,
    requests: into.requests + sums.requests,
    records: into.records + sums.records,
    duplicates: into.duplicates + sums.duplicates,
    events: into.events + sums.events,
  };
}

/** A pending segment needs its keys only as long as the checkpoint still knows them. */
function prunePendingKeys(state: CollectState): void {
  const oldestMs = state.checkpoint.recentKeys[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  for (const item of state.pending) {
    item.newKeys = item.newKeys.filter((slice) => slice.fromMs >= oldestMs);
  }
}

/** True when the server wants the run to end, or the run did its number of cycles. */
export function runIsLong(cyclesDone: number, cyclesPerRun: number | undefined): boolean {
  return workflowInfo().continueAsNewSuggested || cyclesDone >= (cyclesPerRun ?? 500);
}
