import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { StreamIdentity } from '../pull/settings.js';
import { formatDuration } from '../pull/time-text.js';
import { createDeliveries } from './deliveries.js';
import type { Control } from './handlers.js';
import { registerHandlers } from './handlers.js';
import { LAG_ATTRIBUTE } from './attributes.js';
import { lagSeconds } from './lag.js';
import { pullCycle, runIsLong } from './pull-cycle.js';
import type { StreamRun } from './pull-cycle.js';
import { refetch } from './refetch.js';
import { dueMs, migrateState, newState } from './state.js';
import type { CollectInput, CollectState } from './state.js';
import { detailsOf } from './status-of.js';

/**
 * One stream, for ever: wait, fetch what is new as segments, deliver each to every output, move the
 * checkpoint, wait again. It never fails by itself; errors show in its status and are tried again. Stopped or
 * cancelled, it returns its state: `apply` goes on with it.
 */
export async function collectService(input: CollectInput): Promise<CollectState> {
  const { settings, state: earlier, cyclesPerRun, ...identity } = input;
  const state = earlier === undefined ? newState(settings, Date.now()) : migrateState(earlier);
  const control: Control = {
    wakes: 0,
    stop: false,
    leaving: false,
    reconfiguredMs: null,
    nextPullMs: null,
  };
  registerHandlers(identity, state, control);
  void CancellationScope.current().cancelRequested.catch(() => {
    control.leaving = true;
    // Which of two came first that are taken up together nobody knows: what `apply` wants runs.
    control.stop = control.reconfiguredMs !== Date.now();
  });
  // What is fetched is still delivered after a cancellation.
  await CancellationScope.nonCancellable(async () => {
    await work(identity, state, control, cyclesPerRun);
  });
  if (!control.stop) {
    await continueAsNew<typeof collectService>({
      ...identity,
      settings: state.settings,
      state,
      ...(cyclesPerRun === undefined ? {} : { cyclesPerRun }),
    });
  }
  return state;
}

/** Pulls until the run has become long or is to end, and brings what is under way to its end. */
async function work(
  identity: StreamIdentity,
  state: CollectState,
  control: Control,
  cyclesPerRun: number | undefined,
): Promise<void> {
  const show = () => {
    showProgress(identity, state, control);
  };
  const deliveries = createDeliveries({
    identity,
    state,
    control,
    ahead: 1,
    refetch: (item, givenUp) => refetch(run, item, () => state.checkpoint.recentKeys, givenUp),
    changed: show,
  });
  const run: StreamRun = {
    identity,
    state,
    control,
    reader: state,
    priority: 'live',
    hasRoom: () => deliveries.hasRoom(),
    changed() {
      deliveries.pump();
      show();
    },
  };
  deliveries.pump();

  let cycles = 0;
  const over = () => control.leaving || runIsLong(cycles, cyclesPerRun);
  // A fetch may wait for a quota, or for a worker that has gone with the service.
  const fetching = new CancellationScope();
  void condition(() => control.leaving).then(() => {
    fetching.cancel();
  });
  while (!over()) {
    await rest(state, control, over, show);
    if (over() || state.paused) continue;
    control.nextPullMs = null;
    show();
    await fetching
      .run(() => pullCycle(run, () => over() || state.paused))
      .catch((error: unknown) => {
        if (!(control.leaving && isCancellation(error))) throw error;
      });
    cycles += 1;
  }
  show();
  for (let stopping: boolean | null = null; stopping !== control.stop;) {
    stopping = control.stop;
    if (stopping) {
      deliveries.pump();
      // What is fetched still goes out, unless an output stays down: then its segments stay in the state.
      const delivered = () => state.pending.length === 0 || !control.stop;
      await condition(delivered, '1 minute', { summary: 'last deliveries' });
    }
    await deliveries.drain();
    await condition(allHandlersFinished);
  }
}

/** Waits until a pull is due: for the next period, the next try after an error, or the end of a pause. */
async function rest(
  state: CollectState,
  control: Control,
  over: () => boolean,
  show: () => void,
): Promise<void> {
  while (state.paused && !over()) {
    // Again after each signal: one that was refused has to be seen, too.
    show();
    const { wakes } = control;
    await condition(() => !state.paused || over() || control.wakes !== wakes);
  }
  const atMs = dueMs(state);
  const waitMs = atMs - Date.now();
  if (waitMs <= 0 || over()) return;
  control.nextPullMs = atMs;
  show();
  await condition(() => over() || state.paused || dueMs(state) < atMs, waitMs, {
    summary: `next pull in ${formatDuration(waitMs)}`,
  });
}

function showProgress(identity: StreamIdentity, state: CollectState, control: Control): void {
  const nowMs = Date.now();
  setCurrentDetails(detailsOf(identity, state, control, nowMs));
  if (!state.settings.searchAttributes) return;
  const seconds = lagSeconds(state, nowMs);
  if (seconds === state.shownLagSeconds) return;
  state.shownLagSeconds = seconds;
  upsertSearchAttributes([{ key: LAG_ATTRIBUTE, value: seconds }]);
}
