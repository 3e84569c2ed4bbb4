import { log } from '@temporalio/workflow';
import type { KeySlice } from '../pull/checkpoint.js';
import { withoutKeys } from '../pull/keys.js';
import { nextStep, planOf, sliceWidthMs } from '../pull/lane.js';
import type { LaneStep } from '../pull/lane.js';
import * as changes from '../pull/lane-changes.js';
import type { OwedWindow } from '../pull/owed-windows.js';
import { keysFor, keysSinceMs } from '../pull/plan.js';
import type { SegmentReceipt, WindowRequest } from '../pull/receipts.js';
import { formatDuration, formatWindow } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { takeRestart } from '../pull/work.js';
import type { Lane, LanePull, Work } from '../pull/work.js';
import { priorityOf, run as runActivity } from './activities.js';
import { askNext, askOwed, askSegmentAgain, listIncidents } from './incident-alerts.js';
import { pullText } from './view.js';
import type { Run } from './work.js';

type Active = Exclude<LaneStep, { kind: 'wait' | 'done' }>;
type Waiting = Extract<LaneStep, { kind: 'wait' }>;

/** The loop of a lane: plans the next step and takes it, until the lane is read to its end or the run is over. */
export async function readLane(run: Run, number: number): Promise<void> {
  const { work } = run;
  while (!run.over()) {
    const lane = work.lanes[number];
    if (lane === undefined) return;
    const step = nextStep(work, lane, Date.now());
    run.show();
    if (step.kind === 'done') return;
    if (step.kind === 'wait') await wait(run, lane, step);
    else await takeStep(run, lane, step);
  }
}

async function wait(run: Run, lane: Lane, step: Waiting): Promise<void> {
  const { work } = run;
  const isOver = () => {
    const next = nextStep(work, lane, Date.now());
    return next.kind !== 'wait' || next.why !== step.why || next.untilMs !== step.untilMs;
  };
  await run.wait(isOver, { untilMs: step.untilMs, summary: waitText(work, lane, step) });
}

async function takeStep(run: Run, lane: Lane, step: Active): Promise<void> {
  const { work } = run;
  const nowMs = Date.now();
  switch (step.kind) {
    case 'restart':
      takeRestart(work);
      return;
    case 'begin pull':
      changes.beginPull(work, lane, nowMs);
      return;
    case 'end pull': {
      changes.endPull(work, lane, nowMs);
      const [pull] = work.pulls;
      if (lane.toMs === null && pull !== undefined) log.info('Data up to date', { pull });
      return;
    }
    case 'window':
      await readWindow(run, lane, step.pull, step.window);
      return;
    case 'ask':
      await askNext(run, lane, step.asking);
      return;
    case 'ask owed':
      askOwed(work, lane, nowMs);
      return;
    case 'owed':
      await (step.owed.incidents === null
        ? readOwed(run, lane, step.owed)
        : askSegmentAgain(run, lane, step.owed, step.owed.incidents));
  }
}

/** Reads the next window of new time. */
async function readWindow(run: Run, lane: Lane, pull: LanePull, window: TimeWindow): Promise<void> {
  const { work } = run;
  const { pullingId, targetMs } = pull;
  const { fetchError } = lane;
  const request = requestOf(work, lane, window, targetMs);
  const failures = fetchError?.failures ?? 0;
  if (work.identity.stream === 'incident_alerts') {
    const list = await run.fetching(() => listIncidents(work, pullingId, request, failures));
    if (list.kind === 'failed') {
      changes.takeFailure(work, lane, pull, window, list.failure, Date.now());
    } else if (list.kind === 'done') {
      changes.takeSuccess(work, lane, pull, list.result.window, Date.now());
      lane.asking = list.result;
      // That the list could be read does not mean that its calls go well again.
      lane.fetchError = fetchError;
    }
    return;
  }
  const name = `${pullingId}-${window.fromMs}`;
  const read = await run.fetching(() => fetchSegment(work, pullingId, request, failures, name));
  if (read.kind === 'failed') {
    changes.takeFailure(work, lane, pull, window, read.failure, Date.now());
  } else if (read.kind === 'done') {
    changes.takeWindow(work, lane, pull, read.result, Date.now());
  }
}

/** Reads an owed window once more, for the outputs that lack it. */
async function readOwed(run: Run, lane: Lane, owed: OwedWindow): Promise<void> {
  const { work } = run;
  const { window, pullingId, newKeys, failures } = owed;
  const request = requestOf(work, lane, window, changes.owedTargetMs(lane), newKeys);
  // Not the name of the lost one: a delivery of that may still be under way.
  const name = `${pullingId}-${window.fromMs}-again-${Date.now()}`;
  const read = await run.fetching(() => fetchSegment(work, pullingId, request, failures, name));
  if (read.kind === 'failed') {
    changes.takeOwedFailure(work, lane, owed, read.failure, Date.now());
  } else if (read.kind === 'done') {
    changes.takeOwed(work, lane, owed, read.result, Date.now());
  }
}

function requestOf(
  work: Work,
  lane: Lane,
  window: TimeWindow,
  targetMs: number,
  unknown: readonly KeySlice[] = [],
): WindowRequest {
  const known = keysFor(window, lane.checkpoint);
  const [fromIso, toIso] = [window.fromMs, window.toMs].map((ms) => new Date(ms).toISOString());
  return {
    windowIso: `${fromIso} - ${toIso}`,
    window,
    keysSinceMs: keysSinceMs(window, planOf(work, targetMs)),
    sliceMs: sliceWidthMs(work),
    knownKeys: unknown.length === 0 ? known : withoutKeys(known, unknown),
  };
}

async function fetchSegment(
  work: Work,
  pullingId: number,
  request: WindowRequest,
  failures: number,
  segment: string,
): Promise<SegmentReceipt> {
  const { identity, timeField } = work;
  const shown = formatWindow(request.window, Date.now());
  const { windowIso, window, ...keys } = request;
  return await runActivity(
    'fetchSegment',
    { work, summary: `pull ${pullingId}: ${identity.stream} ${shown}`, failures },
    {
      pullingId,
      windowIso,
      ...identity,
      window,
      priority: priorityOf(work),
      timeField,
      segment,
      keep: work.pending.map((item) => item.segment.name),
      ...keys,
    },
  );
}

function waitText(work: Work, lane: Lane, { why, untilMs }: Waiting): string {
  const inText = untilMs === null ? '' : formatDuration(untilMs - Date.now());
  const { fetchError } = lane;
  if (why === 'error' && fetchError !== null) {
    return `${fetchError.code}, failure ${fetchError.failures}: again in ${inText}`;
  }
  if (why === 'owed') return `owed windows again in ${inText}`;
  const [last] = work.pulls;
  const next = `next pull in ${inText}`;
  return last === undefined ? next : `${pullText(last)}; ${next}`;
}
