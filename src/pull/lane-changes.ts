import { waitAfterFailureMs } from './backoff.js';
import { afterFailure, afterSuccess } from './doubt.js';
import { mergeKeys } from './keys.js';
import { planOf } from './lane.js';
import { mayConcernOne, owedAfter } from './owed.js';
import type { OwedError } from './owed.js';
import { afterOwedFailure, isSameOwed } from './owed-windows.js';
import type { OwedWindow } from './owed-windows.js';
import { afterWindow } from './plan.js';
import type { ReadOutcome } from './plan.js';
import type { SegmentReceipt } from './receipts.js';
import { restOf } from './window.js';
import type { TimeWindow } from './window.js';
import { countFetched, prunePendingKeys } from './work.js';
import type { Lane, LanePull, PendingSegment, Work } from './work.js';

/** Why an activity failed for good (its retries included). */
export interface Failure extends OwedError {
  /** False where trying again cannot help until somebody acts. */
  readonly curable: boolean;
}

/** The tenant knows `creation_time` only: no error of the stream's, it is asked by that from then on. */
const TIME_FIELD_REFUSED = 'CORTEX_TIME_FIELD_REFUSED';
/** Wait for the tenant's now, behind which a window that was read before can lie after its clock was set back. */
const NOW_MOVES_MS = 10_000;
/** Most pulls remembered. */
const MOST_PULLS = 20;

/** Begins a pull of a lane: a live stream's own, or its part of the one pull that a backfill is. */
export function beginPull(work: Work, lane: Lane, nowMs: number): void {
  const { settings, lanes } = work;
  if (lane.toMs !== null) {
    const running = work.pulls[0]?.pullingId;
    lane.pull = { pullingId: running ?? nowMs, targetMs: lane.toMs, readToMs: null };
    if (running !== undefined) return;
    addPull(work, nowMs, lanes[0]?.fromMs ?? lane.fromMs, lanes.at(-1)?.toMs ?? lane.toMs);
    return;
  }
  const targetMs = nowMs - settings.settleMs;
  lane.pull = { pullingId: nowMs, targetMs, readToMs: null };
  work.pullAsked = false;
  work.nextPullMs = nowMs + settings.periodMs;
  work.warnings = [];
  addPull(work, nowMs, lane.checkpoint.watermarkMs + 1, targetMs);
}

function addPull(work: Work, pullingId: number, fromMs: number, toMs: number): void {
  const sums = { requests: 0, records: 0, duplicates: 0, events: 0, segments: 0 };
  const pull = { pullingId, fromMs, toMs, ...sums, endedMs: null };
  work.pulls = [pull, ...work.pulls].slice(0, MOST_PULLS);
}

/** Ends the pull of a lane; that of a backfill goes on until all of it is delivered. */
export function endPull(work: Work, lane: Lane, nowMs: number): void {
  const { pull } = lane;
  lane.pull = null;
  if (lane.toMs !== null || pull === null) return;
  work.totals = { ...work.totals, cycles: work.totals.cycles + 1 };
  work.pulls = work.pulls.map((each) =>
    each.pullingId === pull.pullingId ? { ...each, endedMs: nowMs } : each,
  );
}

/** A window of new time was read into a segment. */
export function takeWindow(
  work: Work,
  lane: Lane,
  pull: LanePull,
  receipt: SegmentReceipt,
  nowMs: number,
): void {
  countFetched(work, pull.pullingId, receipt);
  takeSuccess(work, lane, pull, receipt.window, nowMs);
  const { newKeys } = receipt;
  addPending(work, lane, pull.pullingId, receipt, { newKeys, incidents: null });
  moveOn(work, lane, { ...receipt, records: receipt.counts.records });
}

/** What a lane moves behind: a window that was read, and whether anything behind it can be read yet. */
export interface PartRead extends ReadOutcome {
  readonly reachedNow: boolean;
}

/** A window could be read: one beside it that failed is refused by the API. */
export function takeSuccess(
  work: Work,
  lane: Lane,
  pull: LanePull,
  window: TimeWindow,
  nowMs: number,
): void {
  const { doubt, fetchError } = lane;
  lane.fetchError = null;
  // Nothing of it lies before the tenant's now.
  if (window.toMs < window.fromMs) return;
  work.lastReadMs = nowMs;
  if (doubt !== null && doubt.skipped !== null) {
    setAside(work, lane, pull, doubt.skipped, fetchError, nowMs);
  }
  lane.doubt = afterSuccess(doubt, window);
}

/** A window of new time failed: the lane waits, or looks for the part that is at fault. */
export function takeFailure(
  work: Work,
  lane: Lane,
  pull: LanePull,
  window: TimeWindow,
  failure: Failure,
  nowMs: number,
): void {
  if (isTimeFieldRefused(work, failure)) return;
  const failures = (lane.fetchError?.failures ?? 0) + 1;
  const { lastReadMs } = work;
  const judged = afterFailure(lane.doubt, window, { ...failure, failures }, lastReadMs, nowMs);
  lane.doubt = judged.doubt;
  if (judged.refused === null) {
    showError(lane, failure, nowMs, judged.waitMs);
    return;
  }
  lane.fetchError = null;
  setAside(work, lane, pull, judged.refused, failure, nowMs);
}

/** Owes a window that the API refuses, and goes on behind it. */
function setAside(
  work: Work,
  lane: Lane,
  pull: LanePull,
  refused: TimeWindow,
  error: OwedError | null,
  nowMs: number,
): void {
  const { checkpoint } = lane;
  const { overlapMs } = planOf(work, pull.targetMs);
  const window = { fromMs: refused.fromMs, toMs: refused.toMs + overlapMs };
  const about = { pullingId: pull.pullingId, window, outputs: null };
  const owed = owedAfter('refused', nowMs, error);
  lane.owed = [...lane.owed, { ...owed, ...about, segment: null, incidents: null, newKeys: [] }];
  const watermarkMs = Math.max(checkpoint.watermarkMs, refused.toMs);
  lane.checkpoint = { ...checkpoint, watermarkMs };
  lane.pull = { ...pull, readToMs: Math.max(pull.readToMs ?? 0, refused.toMs) };
}

/** Whether it is asked by another field from now on, which is no error of the stream's. */
function isTimeFieldRefused(work: Work, { code }: Failure): boolean {
  const isRefused = code === TIME_FIELD_REFUSED && work.timeField === null;
  if (isRefused) work.timeField = 'creation_time';
  return isRefused;
}

/** Shows an error of the lane until a try goes well; without `waitMs` it waits the longer the more often it fails. */
export function showError(lane: Lane, failure: Failure, nowMs: number, waitMs?: number): void {
  const { code, message, curable } = failure;
  const failures = (lane.fetchError?.failures ?? 0) + 1;
  const nextTryMs = nowMs + (waitMs ?? waitAfterFailureMs(failures, curable));
  lane.fetchError = { code, message, atMs: nowMs, failures, nextTryMs };
}

/** A segment waits to be delivered: of new time and to every output, or of what is owed to some. */
export function addPending(
  work: Work,
  lane: Lane,
  pullingId: number,
  { segment, window }: Pick<SegmentReceipt, 'segment' | 'window'>,
  what: Pick<PendingSegment, 'newKeys' | 'incidents'>,
  to: Pick<PendingSegment, 'owed' | 'error' | 'outputs'> | null = null,
): void {
  if (segment === null) return;
  const item: PendingSegment = {
    pullingId,
    window,
    lane: lane.number,
    owed: null,
    error: null,
    watermarkBeforeMs: lane.checkpoint.watermarkMs,
    outputs: work.settings.outputs,
    ...to,
    segment,
    ...what,
  };
  work.pending = [...work.pending, item];
}

/** Moves the lane behind a window whose records are fetched. */
export function moveOn(work: Work, lane: Lane, outcome: PartRead): void {
  const { pull } = lane;
  if (pull === null) return;
  lane.checkpoint = afterWindow(lane.checkpoint, outcome, planOf(work, pull.targetMs));
  const readToMs = Math.max(pull.readToMs ?? 0, outcome.window.toMs);
  lane.pull = { ...pull, readToMs };
  prunePendingKeys(work, lane);
  if (!outcome.reachedNow) return;
  const toMs = lane.checkpoint.watermarkMs;
  lane.pull = { ...pull, readToMs, targetMs: toMs };
  if (lane.toMs !== null) lane.toMs = toMs;
  else work.pulls = work.pulls.map((each, at) => (at === 0 ? { ...each, toMs } : each));
}

/** What an owed window is planned by, as if the pull under way met it. */
export function owedTargetMs({ pull, checkpoint }: Lane): number {
  return pull?.targetMs ?? checkpoint.watermarkMs;
}

/** The owed window as it stands; undefined: it was confirmed after all, or all outputs that lacked it left. */
export function currentOwed(lane: Lane, owed: OwedWindow): OwedWindow | undefined {
  return lane.owed.find((each) => isSameOwed(each, owed));
}

/** An owed window was read again, or its lower part. */
export function takeOwed(
  work: Work,
  lane: Lane,
  owed: OwedWindow,
  receipt: SegmentReceipt,
  nowMs: number,
): void {
  const { pullingId, reason, error } = owed;
  work.lastReadMs = nowMs;
  lane.fetchError = null;
  countFetched(work, pullingId, receipt);
  const now = currentOwed(lane, owed);
  if (now === undefined) return;
  const { outputs: all } = work.settings;
  const outputs = now.outputs ?? all;
  const plan = planOf(work, owedTargetMs(lane));
  // What only some outputs got must stay unknown, for the others would never get it.
  const forAll = all.every((output) => outputs.includes(output));
  const newKeys = forAll ? mergeKeys(owed.newKeys, receipt.newKeys) : owed.newKeys;
  const to = { owed: reason, error, outputs };
  addPending(work, lane, pullingId, receipt, { newKeys, incidents: null }, to);
  if (forAll) {
    const { stepMs } = lane.checkpoint;
    const outcome = { ...receipt, records: receipt.counts.records };
    lane.checkpoint = { ...afterWindow(lane.checkpoint, outcome, plan), stepMs };
    prunePendingKeys(work, lane);
  }
  const nextTryMs = receipt.reachedNow ? nowMs + NOW_MOVES_MS : nowMs;
  const rest = restOf(owed.window, receipt.window.toMs, plan.overlapMs);
  replaceOwed(lane, owed, rest === null ? [] : [{ ...now, window: rest, nextTryMs }]);
  if (rest === null) countReread(work);
}

/** An owed window failed again: it waits longer, unless the whole service is in trouble. */
export function takeOwedFailure(
  work: Work,
  lane: Lane,
  owed: OwedWindow,
  failure: Failure,
  nowMs: number,
): void {
  if (isTimeFieldRefused(work, failure)) return;
  const now = currentOwed(lane, owed);
  if (!mayConcernOne(failure.code)) showError(lane, failure, nowMs);
  else if (now !== undefined) replaceOwed(lane, owed, afterOwedFailure(now, failure, nowMs));
}

/** Puts others in the place of an owed window. */
export function replaceOwed(lane: Lane, owed: OwedWindow, others: readonly OwedWindow[]): void {
  lane.owed = lane.owed.flatMap((each) => (isSameOwed(each, owed) ? others : [each]));
}

/** Counts a window that is owed no more. */
export function countReread(work: Work): void {
  work.totals = { ...work.totals, refetched: work.totals.refetched + 1 };
}
