import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { cutLanes } from '../pull/backfill.js';
import type { BackfillPlan, BackfillProgress, BackfillRequest } from '../pull/backfill.js';
import { newCheckpoint } from '../pull/checkpoint.js';
import { progressOf } from '../pull/report.js';
import type { Request } from '../pull/requests.js';
import { newLane, newWork } from '../pull/work.js';
import type { Work } from '../pull/work.js';
import { resolveBackfill } from './activities.js';
import { INPUT_ATTRIBUTE, SERVICE_ATTRIBUTE } from './attributes.js';
import { failureOf, plainFailure } from './failure.js';
import * as messages from './messages.js';
import { registerRequests, takeWaiting } from './requests.js';
import type { Requested } from './requests.js';
import { showBackfill } from './view.js';
import { begin, continuedWork, runWork } from './work.js';

/** Argument of the workflow `backfill`: what was typed, and what a longer one hands to its next run. */
export interface BackfillInput extends BackfillRequest {
  readonly state?: Work;
}

/**
 * One range of time of one stream, pulled and delivered beside the live stream and without touching it. It
 * fails for a request that makes no sense, and waits and tries again for everything else.
 */
export async function backfill(input: BackfillInput): Promise<BackfillProgress> {
  const control = begin(() => {
    if (requested.work === null) requested.waiting.push({ kind: 'stop' });
    else requested.work.stopping = true;
    show();
  });
  let ended: 'done' | 'cancelled' | null = null;
  const show = () => {
    if (requested.work !== null) showBackfill(requested.work, ended, Date.now());
  };
  const requested: Requested = {
    work: input.state === undefined ? null : continuedWork(input.state),
    waiting: [],
    adapt: takeOutputs,
    changed: show,
    stopped: control.giveUp,
  };
  setHandler(messages.progress, () => requested.work && progressOf(requested.work, ended), {
    description: 'How far the range is: share of its time, lanes, totals, errors, what is owed',
  });
  setHandler(messages.state, () => requested.work, {
    description: 'Everything that the backfill remembers from run to run',
  });
  registerRequests(requested, ['pause', 'resume', 'reconfigure']);
  // Segments in flight are still delivered after a cancellation.
  return await CancellationScope.nonCancellable(async () => {
    const work = (requested.work ??= await resolve(input));
    takeWaiting(requested);
    await runWork(work, control, show);
    await condition(allHandlersFinished);
    const cancelled = work.stopping;
    const isDone =
      work.pending.length === 0 &&
      work.lanes.every(
        ({ toMs, checkpoint, owed }) => checkpoint.watermarkMs >= (toMs ?? 0) && owed.length === 0,
      ) &&
      work.incidents.owed.length === 0;
    if (!cancelled && !isDone) await continueAsNew<typeof backfill>({ ...input, state: work });
    ended = cancelled ? 'cancelled' : 'done';
    const endedMs = Date.now();
    work.pulls = work.pulls.map((pull) => ({ ...pull, endedMs }));
    show();
    if (cancelled) throw new CancelledFailure('cancelled; what was fetched is delivered');
    return progressOf(work, ended);
  });
}

/** Asks a worker what the request means; a request that makes no sense fails the workflow with the reason. */
async function resolve(request: BackfillRequest): Promise<Work> {
  let plan: BackfillPlan;
  try {
    plan = await resolveBackfill(request);
  } catch (error) {
    const { code, message } = failureOf(error);
    throw plainFailure(code, message);
  }
  const { identity, settings, range, warnings } = plan;
  // `apply` reads it here, also of those that were not started by the command.
  upsertMemo({ settings, identity });
  if (settings.searchAttributes) {
    upsertSearchAttributes([
      { key: SERVICE_ATTRIBUTE, value: identity.stream },
      { key: INPUT_ATTRIBUTE, value: identity.input },
    ]);
  }
  const lanes = cutLanes(range, plan.lanes).map(({ fromMs, toMs }, number) =>
    newLane(
      number,
      newCheckpoint({ startTimeMs: fromMs, configuredStartMs: settings.startTimeMs }),
      toMs,
    ),
  );
  return { ...newWork(identity, settings, lanes), warnings };
}

/** Of new settings it takes where it delivers to; the range, its lookback and its pace stay as they began. */
function takeOutputs({ settings }: Work, request: Request): Request {
  if (request.kind !== 'reconfigure') return request;
  const { outputs, options } = request.settings;
  const taken = { ...settings, outputs, ...(options === undefined ? {} : { options }) };
  return { kind: 'reconfigure', settings: taken };
}
