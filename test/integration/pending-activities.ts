import type { WorkflowHandle } from '@temporalio/client';
import type { CollectorActivities } from '../../src/pull/activity-contract.js';
import { eventually } from './eventually.js';

/** PENDING_ACTIVITY_STATE_STARTED of Temporal's API: a worker has it. */
const STARTED = 2;

/** What a workflow waits for at the moment. */
interface Pending {
  readonly name: string;
  readonly started: boolean;
}

async function pendingOf(handle: WorkflowHandle): Promise<Pending[]> {
  const { raw } = await handle.describe();
  return (raw.pendingActivities ?? []).map(({ activityType, state }) => ({
    name: activityType?.name ?? '',
    started: Number(state) === STARTED,
  }));
}

/** Whether a worker has that activity of the workflow in hand. */
export async function isAtWork(
  handle: WorkflowHandle,
  activity: keyof CollectorActivities,
): Promise<boolean> {
  return (await pendingOf(handle)).some(({ name, started }) => started && name === activity);
}

/** Waits until the workflow has scheduled that activity, taken up or not. */
export async function untilScheduled(
  handle: WorkflowHandle,
  activity: keyof CollectorActivities,
): Promise<void> {
  await eventually(
    activity,
    async () => await pendingOf(handle),
    (pending) => pending.some(({ name }) => name === activity),
  );
}

/** Waits until no activity of the workflow is under way or scheduled. */
export async function untilIdle(handle: WorkflowHandle): Promise<void> {
  await eventually(
    'rest',
    async () => await pendingOf(handle),
    ({ length }) => length === 0,
  );
}
