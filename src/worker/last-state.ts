import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { continued, newStream, watermarkMs } from '../pull/work.js';
import type { Work } from '../pull/work.js';
import * as messages from '../workflows/messages.js';
import type { CollectInput } from '../workflows/collect-service.js';
import type { TemporalSession } from './temporal/open-temporal.js';

/** A worker answers in milliseconds, also for a run that has ended; without one no answer ever comes. */
const QUERY_MS = 10_000;

/** How a run of a stream ended, in a sentence's words. */
export const ENDED: Readonly<Partial<Record<WorkflowExecutionStatusName, string>>> = {
  COMPLETED: 'ended as it was asked to',
  FAILED: 'failed',
  CANCELLED: 'was cancelled',
  TERMINATED: 'was terminated',
  TIMED_OUT: 'timed out',
};

/** What a stream goes on with, and where that comes from. */
export interface LastState {
  /** Undefined: nothing is left of it. */
  readonly state: Work | undefined;
  /** Where it goes on from, for the plan. */
  readonly details: readonly string[];
  /** Something is missing, or is sent twice. */
  readonly warning: boolean;
}

type Run = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime'>;

/** The state of a stream's run that has ended: its result, else what it answers to a query, else what it began with. */
export async function lastState(session: TemporalSession, run: Run): Promise<LastState> {
  const how = ENDED[run.status.name] ?? 'ended';
  const readings = [
    {
      read: async () => await resultOf(session, run),
      from: `where its last run stood when it ${how}`,
      warning: false,
    },
    {
      read: async () => await answerOf(session, run),
      from: `where its last run stood when it ${how}`,
      warning: false,
    },
    {
      read: async () => await beginningOf(session, run),
      from: `with which its last run began, for it ${how} and no worker answers for it: what it sent since then is sent once more`,
      warning: true,
    },
  ];
  for (const { read, from, warning } of readings) {
    const state = await stateOr(read);
    if (state === undefined) continue;
    const watermark = new Date(watermarkMs(state)).toISOString();
    return { state, details: [`goes on from its watermark ${watermark}, ${from}`], warning };
  }
  const details = [
    `starts anew: its last run ${how} and left no state that can be read; what lies between is missing or sent twice, see \`backfill start\``,
  ];
  return { state: undefined, details, warning: true };
}

/** Undefined where it cannot be read, or is none. */
async function stateOr(read: () => Promise<unknown>): Promise<Work | undefined> {
  try {
    return continued((await read()) as Work);
  } catch {
    return undefined;
  }
}

async function resultOf({ client }: TemporalSession, { workflowId, runId, status }: Run) {
  if (status.name !== 'COMPLETED') return undefined;
  const result: unknown = await client.workflow.getHandle(workflowId, runId).result();
  return result;
}

async function answerOf({ client }: TemporalSession, { workflowId, runId }: Run) {
  return await client.withDeadline(Date.now() + QUERY_MS, async () =>
    client.workflow.getHandle(workflowId, runId).query(messages.state),
  );
}

async function beginningOf({ client, namespace }: TemporalSession, run: Run) {
  const { workflowId, runId, startTime } = run;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const [payload] =
    history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (payload === undefined) return undefined;
  const { state, settings, ...identity } =
    defaultPayloadConverter.fromPayload<CollectInput>(payload);
  return state ?? newStream(identity, settings, startTime.getTime());
}
