import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { streamIdOf } from '../pull/backfill.js';
import { statusOf } from '../pull/report.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import { newStream } from '../pull/work.js';
import type { Work } from '../pull/work.js';
import { plainFailure } from './failure.js';
import * as messages from './messages.js';
import { registerRequests } from './requests.js';
import { showStream } from './view.js';
import { begin, continuedWork, runWork } from './work.js';

/** Argument of the workflow `collectService`. */
export interface CollectInput extends StreamIdentity {
  readonly settings: StreamSettings;
  /** Continue as new after this many pulls; by default when the server suggests it. */
  readonly cyclesPerRun?: number;
  /** Present when a run goes on from an earlier one. */
  readonly state?: Work;
}

/**
 * One stream, for ever: wait, fetch what is new as segments, deliver each to every output, move the checkpoint,
 * wait again. It never fails by itself; errors show in its status and are tried again. Stopped or cancelled, it
 * delivers what is fetched and returns its state: a stream that is started again goes on with it.
 */
export async function collectService(input: CollectInput): Promise<Work> {
  const { settings, state, cyclesPerRun, ...identity } = input;
  refuseForeignId(identity);
  const work =
    state === undefined ? newStream(identity, settings, Date.now()) : continuedWork(state);
  const control = begin(() => {
    work.stopping = true;
    show();
  });
  const show = () => {
    showStream(work, Date.now());
  };
  setHandler(messages.status, () => statusOf(work), {
    description: 'Where the stream stands: watermark, totals, last pulls, errors, what is owed',
  });
  setHandler(messages.state, () => work, {
    description: 'Everything that the stream remembers from run to run',
  });
  const offers = ['resetPersistence', 'pullNow', 'pause', 'resume', 'reconfigure', 'stop'] as const;
  registerRequests(
    { work, waiting: [], adapt: (_, request) => request, changed: show, stopped: control.giveUp },
    offers,
  );
  return await CancellationScope.nonCancellable(async () => {
    await runWork(work, control, show, cyclesPerRun);
    await condition(allHandlersFinished);
    if (work.stopping) return work;
    const more = cyclesPerRun === undefined ? {} : { cyclesPerRun };
    return await continueAsNew<typeof collectService>({
      ...identity,
      settings: work.settings,
      ...more,
      state: work,
    });
  });
}

/** Started by hand under another id, it would be a second collector of the same stream. */
function refuseForeignId(identity: StreamIdentity): void {
  const { workflowId } = workflowInfo();
  const expected = streamIdOf(identity);
  if (workflowId === expected) return;
  throw plainFailure(
    'STREAM_ID_FOREIGN',
    `found the workflow id ${workflowId}, expected ${expected}: one workflow alone collects a stream; steer that one by its updates, or start a backfill`,
  );
}
