import { condition, log, workflowInfo } from '@temporalio/workflow';
import type { Checkpoint } from '../pull/checkpoint.js';
import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../pull/plan.js';
import { cyclePlan, sliceWidthMs } from './plan-settings.js';
import { readIncidentAlerts } from './read-incident-alerts.js';
import { readList } from './read-list.js';
import type { CollectState, PullCycle } from './state.js';
import type { Lane, WorkRun } from './work-run.js';

/** A live stream at work. */
export interface StreamRun extends WorkRun {
  readonly state: CollectState;
}

/**
 * Reads windows until the stream is up to date; returns early when `cut` says so or something failed, with
 * the cycle kept in the state to go on with.
 */
export async function pullCycle(run: StreamRun, cut: () => boolean): Promise<void> {
  const { state } = run;
  const cycle = (state.cycle ??= beginCycle(state, Date.now()));
  for (;;) {
    const { checkpoint } = state;
    // A reset ends the cycle; nothing else replaces the persistence.
    const current = () => state.cycle === cycle;
    const step = await readNext(run, {
      number: 0,
      pullingId: cycle.pullingId,
      targetMs: cycle.targetMs,
      readToMs: cycle.readToMs,
      checkpoint,
      current,
      cut: () => cut() || !current(),
    });
    if (step.kind === 'up to date') break;
    if (step.kind === 'stopped') return;
    if (current()) {
      const { configuredStartMs } = state.checkpoint;
      state.checkpoint = { ...step.checkpoint, configuredStartMs };
      cycle.readToMs = step.readToMs;
      prunePendingKeys(state);
    }
    run.changed();
    if (step.reachedNow) {
      if (state.lastPull !== null) {
        state.lastPull = { ...state.lastPull, toMs: state.checkpoint.watermarkMs };
      }
      break;
    }
  }
  state.totals = { ...state.totals, cycles: state.totals.cycles + 1 };
  if (state.lastPull !== null) {
    state.lastPull = { ...state.lastPull, endedMs: Date.now() };
    log.info('Data up to date', { pull: state.lastPull });
  }
  state.cycle = null;
}

/** What came of trying to read the next window of a lane. */
export type Step =
  | { readonly kind: 'up to date' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'read';
      readonly checkpoint: Checkpoint;
      readonly readToMs: number;
      /** Nothing further can be read yet. */
      readonly reachedNow: boolean;
    };

/** Reads the next window of a lane; stopped when the lane was cut, or when it failed for now. */
export async function readNext(run: WorkRun, lane: Lane): Promise<Step> {
  const { state, identity } = run;
  await condition(() => run.hasRoom() || lane.cut());
  if (lane.cut()) return { kind: 'stopped' };
  const plan = cyclePlan(identity.stream, state, lane.targetMs);
  const window = nextWindow(lane.checkpoint, { ...plan, readToMs: lane.readToMs });
  if (window === null) return { kind: 'up to date' };
  const read = identity.stream === 'incident_alerts' ? readIncidentAlerts : readList;
  const outcome = await read(run, lane, {
    window,
    knownKeys: keysFor(window, lane.checkpoint),
    keysSinceMs: keysSinceMs(window, plan),
    sliceMs: sliceWidthMs(state),
  });
  if (outcome === null) return { kind: 'stopped' };
  return {
    kind: 'read',
    checkpoint: afterWindow(lane.checkpoint, outcome, plan),
    readToMs: outcome.window.toMs,
    reachedNow: outcome.reachedNow,
  };
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
