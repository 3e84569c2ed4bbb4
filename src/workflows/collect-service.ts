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
import { pullCycle, refetchLive, runIsLong } from './pull-cycle.js';
import type { StreamRun } from './pull-cycle.js';
import type { CollectInput, CollectState } from './state.js';
import { migrateState, newState } from './state.js';
import { detailsOf } from './status-of.js';

/**
 * One stream, for ever: wait, fetch what is new as segments, deliver each to every output, move the
 * checkpoint, wait again. It never fails by itself; errors show in its status and are tried again. Stopped, it
 * returns its state: a stream that comes back to the config goes on with it.
 */
export async function collectService(input: CollectInput): Promise<CollectState> {
  const { settings, state: earlier, cyclesPerRun, ...identity } = input;
  const state = earlier === undefined ? newState(settings, Date.now()) : migrateState(earlier);
  const control: Control = { wakes: 0, stop: false, nextPullMs: null };
  registerHandlers(identity, state, control);

  const show = () => {
    showProgress(identity, state, control);
  };
  const deliveries = createDeliveries({
    identity,
    state,
    control,
    ahead: 1,
    refetch: (item, givenUp) => refetchLive(run, item, givenUp),
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

  const stopped = () => control.stop;
  // A fetch may wait for a quota, or for a worker that has gone with the service.
  const fetching = new CancellationScope();
  void condition(stopped).then(() => {
    fetching.cancel();
  });
  let cycles = 0;
  let long = false;
  while (!stopped() && !long) {
    const { wakes } = control;
    control.nextPullMs = null;
    show();
    const cut = () => stopped() || state.paused || runIsLong(cycles, cyclesPerRun);
    await fetching
      .run(() => pullCycle(run, cut))
      .catch((error: unknown) => {
        if (!(stopped() && isCancellation(error))) throw error;
      });
    cycles += 1;
    long = runIsLong(cycles, cyclesPerRun);
    if (!stopped() && !long) await rest(state, control, wakes, show);
  }
  if (stopped()) {
    // What is fetched still goes out, unless an output stays down: then its segments go with the service.
    await condition(() => state.pending.length === 0, '1 minute', { summary: 'last deliveries' });
  }
  await deliveries.drain();
  await condition(allHandlersFinished);
  if (!stopped()) {
    await continueAsNew<typeof collectService>({
      ...identity,
      settings: state.settings,
      state,
      ...(cyclesPerRun === undefined ? {} : { cyclesPerRun }),
    });
  }
  return state;
}

/** Waits for the next period, the next try after an error, or the end of a pause; signals cut it short. */
async function rest(
  state: CollectState,
  control: Control,
  wakesBefore: number,
  show: () => void,
): Promise<void> {
  if (state.paused) {
    const over = () => !state.paused || control.stop;
    while (!over()) {
      // Again after each signal: one that was refused has to be seen, too.
      show();
      const { wakes } = control;
      await condition(() => over() || control.wakes !== wakes);
    }
    return;
  }
  const dueMs =
    state.fetchError?.nextTryMs ??
    (state.cycle === null && state.lastPull !== null
      ? state.lastPull.pullingId + state.settings.periodMs
      : Date.now());
  const waitMs = dueMs - Date.now();
  // A signal that came while the cycle ran asks for another one.
  if (waitMs <= 0 || control.wakes !== wakesBefore) return;
  control.nextPullMs = dueMs;
  show();
  await condition(() => control.wakes !== wakesBefore || state.paused || control.stop, waitMs, {
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
