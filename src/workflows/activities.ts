import { proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import type { Priority } from '../pull/receipts.js';
import { extraDataQueue } from '../pull/task-queues.js';
import type { Work } from '../pull/work.js';

/** Live pulls go before backfills on the queues that both share; 1 is first, 5 last. */
const PRIORITY_KEYS = { live: 2, backfill: 4 } as const;

/** What an activity is scheduled with, beside its argument. */
export interface Call {
  readonly work: Work;
  /** What Temporal UI shows of it. */
  readonly summary: string;
  /** Failures before this call, of the same thing. */
  readonly failures: number;
  /** Queue of the host that has the segment. */
  readonly hostQueue?: string;
}

/**
 * The options of each activity. The engine has few tries at first, so that the status soon says what is wrong; from
 * then on it has more, for each round of the workflow's own costs history events.
 */
const OPTIONS = {
  resolveBackfill: {
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  },
  fetchSegment: {
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    tries: { atFirst: 1, later: 3 },
  },
  listChangedIncidents: {
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    tries: { atFirst: 1, later: 3 },
  },
  fetchIncidentAlerts: {
    // From its start on: the wait for the quota before it may take minutes.
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '5 seconds', maximumInterval: '1 minute' },
    // A quota counted by the minute refuses now and then: two at first.
    tries: { atFirst: 2, later: 3 },
  },
  deliverSegment: {
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    tries: { atFirst: 1, later: 10 },
  },
} as const satisfies Record<
  Exclude<keyof CollectorActivities, 'verifyInDevo'>,
  ActivityOptions & { readonly tries?: { readonly atFirst: number; readonly later: number } }
>;

/** Turns what an operator typed into a plan; there is no work yet whose queue it could run on. */
export const { resolveBackfill } = proxyActivities<CollectorActivities>(OPTIONS.resolveBackfill);

/** Whose turn it is in the input's limiter: a live stream's lane never ends. */
export function priorityOf({ lanes }: Work): Priority {
  return lanes[0]?.toMs === null ? 'live' : 'backfill';
}

type Steps = Omit<CollectorActivities, 'resolveBackfill' | 'verifyInDevo'>;

/** Runs an activity with the options that it has in the table. */
export async function run<Name extends keyof Steps>(
  name: Name,
  { work, summary, failures, hostQueue }: Call,
  input: Parameters<Steps[Name]>[0],
): Promise<Awaited<ReturnType<Steps[Name]>>> {
  const { settings, identity } = work;
  const { tries, retry, ...timeouts } = OPTIONS[name];
  const taskQueue =
    name === 'fetchIncidentAlerts'
      ? extraDataQueue(settings.taskQueuePrefix, identity)
      : (hostQueue ?? settings.taskQueuePrefix);
  const activities = proxyActivities<Steps>({
    ...timeouts,
    taskQueue,
    ...(hostQueue === undefined ? {} : { scheduleToStartTimeout: settings.hostGoneAfterMs }),
    retry: { ...retry, maximumAttempts: failures === 0 ? tries.atFirst : tries.later },
    priority: {
      priorityKey: PRIORITY_KEYS[priorityOf(work)],
      fairnessKey: identity.input.slice(0, 64),
    },
  });
  const activity = activities[name] as unknown as Activity<Name>;
  return await activity.executeWithOptions({ summary }, [input]);
}

interface Activity<Name extends keyof Steps> {
  executeWithOptions(
    options: ActivityOptions,
    args: [Parameters<Steps[Name]>[0]],
  ): Promise<Awaited<ReturnType<Steps[Name]>>>;
}
