import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import type { BackfillProgress, BackfillRequest } from '../pull/backfill.js';
import type { StreamSettings } from '../pull/settings.js';
import { formatDuration } from '../pull/time-text.js';
import { INPUT_ATTRIBUTE, SERVICE_ATTRIBUTE } from './attributes.js';
import { backfillDetails, newBackfill, progressOf } from './backfill-state.js';
import type {
  BackfillControl,
  BackfillInput,
  BackfillLane,
  BackfillWork,
} from './backfill-state.js';
import { createDeliveries } from './deliveries.js';
import { describeFailure } from './failure.js';
import { isSettings } from './handlers.js';
import * as messages from './messages.js';
import { readNext } from './pull-cycle.js';
import { refetch } from './refetch.js';
import type { WorkRun } from './work-run.js';
import { dropOutputs } from './work-state.js';

/**
 * One range of time of one stream, pulled and delivered beside the live stream and without touching it. It
 * fails for a request that makes no sense, and waits and tries again for everything else.
 */
export async function backfill(input: BackfillInput): Promise<BackfillProgress> {
  const paused = input.state?.paused ?? false;
  const control: BackfillControl = { wakes: 0, cancelled: false, paused };
  const shown: { work: BackfillWork | null } = { work: input.state ?? null };
  registerHandlers(shown, control);
  void CancellationScope.current().cancelRequested.catch(() => {
    control.cancelled = true;
    control.wakes += 1;
  });
  // Segments in flight are still delivered after a cancellation.
  return await CancellationScope.nonCancellable(async () => {
    const work = (shown.work ??= await begin(input));
    work.paused = control.paused;
    while (!(await pull(work, control))) {
      await condition(allHandlersFinished);
      // The next run would not know of a cancellation.
      if (!control.cancelled) await continueAsNew<typeof backfill>({ ...input, state: work });
    }
    work.endedMs = Date.now();
    const progress = progressOf(work, control);
    setCurrentDetails(backfillDetails(progress, work.endedMs));
    if (control.cancelled) throw new CancelledFailure('cancelled; what was fetched is delivered');
    return progress;
  });
}

/** Asks a worker what the request means; a request that makes no sense fails the workflow with the reason. */
async function begin(request: BackfillRequest): Promise<BackfillWork> {
  const { resolveBackfill } = proxyActivities<CollectorActivities>({
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  });
  try {
    const plan = await resolveBackfill(request);
    const { stream, input } = plan.identity;
    // `apply` reads it here, also of those that were not started by the command.
    upsertMemo({ settings: plan.settings, identity: plan.identity });
    if (plan.settings.searchAttributes) {
      upsertSearchAttributes([
        { key: SERVICE_ATTRIBUTE, value: stream },
        { key: INPUT_ATTRIBUTE, value: input },
      ]);
    }
    return newBackfill(plan, Date.now());
  } catch (error) {
    const { code, message } = describeFailure(error);
    throw ApplicationFailure.nonRetryable(message, code);
  }
}

/** Pulls all lanes; false where the run became long and another one has to go on. */
async function pull(work: BackfillWork, control: BackfillControl): Promise<boolean> {
  const { identity, lanes } = work;
  // A lane that is done tries nothing more that could end an error.
  for (const lane of lanes) if (lane.done) lane.fetchError = null;
  const show = () => {
    setCurrentDetails(backfillDetails(progressOf(work, control), Date.now()));
  };
  const deliveries = createDeliveries({
    identity,
    state: work,
    control,
    ahead: lanes.length,
    refetch: async (item, givenUp) => {
      const lane = lanes[item.lane];
      if (lane === undefined) return;
      await refetch(runOf(lane), item, () => lane.checkpoint.recentKeys, givenUp);
    },
    changed: show,
  });
  const changed = () => {
    deliveries.pump();
    show();
  };
  const runOf = (lane: BackfillLane): WorkRun => ({
    identity,
    state: work,
    control,
    reader: lane,
    priority: 'backfill',
    hasRoom: () => deliveries.hasRoom(),
    changed,
  });
  changed();
  const ended = () => control.cancelled || workflowInfo().continueAsNewSuggested;
  await Promise.all(lanes.map((lane, number) => pullLane(runOf(lane), work, lane, number, ended)));
  await condition(() => work.pending.length === 0 || ended());
  // Unless an output stays down: then its segments go with the backfill.
  if (control.cancelled) await condition(() => work.pending.length === 0, '1 minute');
  await deliveries.drain();
  return control.cancelled || (lanes.every(({ done }) => done) && work.pending.length === 0);
}

async function pullLane(
  run: WorkRun,
  work: BackfillWork,
  lane: BackfillLane,
  number: number,
  ended: () => boolean,
): Promise<void> {
  let { wakes } = run.control;
  while (!lane.done && !ended()) {
    await rest(run, wakes, ended);
    if (work.paused || ended()) continue;
    wakes = run.control.wakes;
    const step = await readNext(run, {
      number,
      pullingId: work.pullingId,
      targetMs: lane.range.toMs,
      checkpoint: lane.checkpoint,
      readToMs: lane.readToMs,
      cut: () => work.paused || ended(),
      current: () => true,
    });
    if (step.kind === 'up to date') lane.done = true;
    if (step.kind === 'read') {
      lane.checkpoint = step.checkpoint;
      lane.readToMs = step.readToMs;
      lane.done = step.reachedNow;
    }
    run.changed();
  }
}

/** Waits for the end of a pause, or for the next try after an error. */
async function rest(
  { state, reader, control }: WorkRun,
  wakesBefore: number,
  ended: () => boolean,
): Promise<void> {
  await condition(() => !state.paused || ended());
  const waitMs = (reader.fetchError?.nextTryMs ?? 0) - Date.now();
  if (waitMs <= 0) return;
  await condition(() => control.wakes !== wakesBefore || ended(), waitMs, {
    summary: `again in ${formatDuration(waitMs)}`,
  });
}

/** The range, its lookback and its pace stay as they were when it began. */
function takeOutputs(work: BackfillWork, { outputs, options }: StreamSettings): void {
  work.settings = { ...work.settings, outputs, ...(options === undefined ? {} : { options }) };
  upsertMemo({ settings: work.settings });
  dropOutputs(work, outputs);
}

function registerHandlers(shown: { work: BackfillWork | null }, control: BackfillControl): void {
  const setPaused = (paused: boolean) => () => {
    // It may have come before a worker has said what the request means.
    control.paused = paused;
    if (shown.work !== null) shown.work.paused = paused;
    control.wakes += 1;
  };
  setHandler(
    messages.progress,
    () => (shown.work === null ? null : progressOf(shown.work, control)),
    { description: 'How far the range is: share of its time, lanes, totals, errors' },
  );
  setHandler(
    messages.reconfigure,
    (settings) => {
      if (shown.work !== null && isSettings(settings)) takeOutputs(shown.work, settings);
      control.wakes += 1;
    },
    { description: 'Take new outputs (apply sends it when the config changed)' },
  );
  setHandler(messages.pause, setPaused(true), {
    description: 'Finish the windows in hand, then rest until resume',
  });
  setHandler(messages.resume, setPaused(false), {
    description: 'End a pause, or the wait after an error',
  });
}
