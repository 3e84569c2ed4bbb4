import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from './activities.js';

const retry = { initialInterval: '100 ms', maximumAttempts: 3 } as const;
const { failTwice, workLong } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '2 seconds',
  retry,
});

export const go = defineSignal('go');
export const ask = defineUpdate<number, [number]>('ask');

/** A wait that a signal ends, and one that ends by itself. */
export async function waits(): Promise<boolean> {
  let gone = false;
  setHandler(go, () => {
    gone = true;
  });
  const bySignal = await condition(() => gone, '1 minute');
  return bySignal && !(await condition(() => false, '300 ms'));
}

/** An activity that is tried again, after the time that it names itself. */
export async function retries(): Promise<number> {
  return await failTwice();
}

/** Cancelled from outside while an activity works: it waits until that has ended. */
export async function cancelledAtWork(): Promise<string> {
  try {
    await workLong();
    return 'not cancelled';
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(async () => {
      // Longer than it takes until the activity has heard of it.
      await sleep('3 seconds');
      return 'in order';
    });
  }
}

/** Called off before anybody takes it, and in the very task that asks for it. */
export async function calledOff(): Promise<number> {
  const nobody = proxyActivities<Activities>({
    taskQueue: 'nobody polls this',
    startToCloseTimeout: '1 minute',
  });
  let cancelled = 0;
  for (const waitMs of [200, 0]) {
    const scope = new CancellationScope();
    const both = scope.run(() => Promise.allSettled([nobody.workLong(), sleep('1 minute')]));
    if (waitMs > 0) await sleep(waitMs);
    scope.cancel();
    cancelled += (await both).filter(
      (each) => each.status === 'rejected' && isCancellation(each.reason),
    ).length;
  }
  return cancelled;
}

/** Nobody takes it in time. */
export async function neverTaken(): Promise<string> {
  const nobody = proxyActivities<Activities>({
    taskQueue: 'nobody polls this',
    startToCloseTimeout: '1 minute',
    scheduleToStartTimeout: '300 ms',
  });
  return await nobody.workLong().then(
    () => 'taken',
    (error: unknown) => (error instanceof ActivityFailure ? (error.cause?.name ?? '') : 'other'),
  );
}

/** Another run, which begins with what the first one hands on. */
export async function goesOn(runs = 0): Promise<number> {
  await sleep('200 ms');
  if (runs < 1) await continueAsNew<typeof goesOn>(runs + 1);
  return runs;
}

/** An update that is taken, and one that is refused. */
export async function answers(): Promise<number> {
  let sum = 0;
  setHandler(
    ask,
    (more) => {
      sum += more;
      return sum;
    },
    {
      validator: (more) => {
        if (more < 0) throw new Error('less than nothing');
      },
    },
  );
  await condition(() => sum > 0);
  return sum;
}

/** A rejection that nobody handles: its task fails, and is tried for ever. */
export async function forgets(): Promise<void> {
  void sleep('100 ms').then(() => {
    throw new Error('forgotten');
  });
  await condition(() => false);
}
