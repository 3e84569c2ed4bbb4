import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CollectorError } from '../errors/collector-error.js';
import type { BackfillProgress, BackfillState } from '../pull/backfill.js';
import type { backfill } from '../workflows/backfill.js';
import * as messages from '../workflows/messages.js';
import type { BackfillOrder } from './backfill-order.js';
import { ask } from './signal.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { identityAttributes } from './temporal/search-attributes.js';
import { IDENTITY_MEMO, SETTINGS_MEMO } from './settings-memo.js';

/** A worker answers a query in milliseconds; without one it never comes. */
const QUERY_MS = 5_000;
/** Ended ones that a list shows: the latest. */
const MOST_ENDED = 20;

/** What a backfill is, or came to. */
export type BackfillStanding = BackfillState | 'failed' | 'terminated' | 'timed out' | 'no answer';

/** One backfill as commands show it. */
export interface BackfillReport {
  readonly workflowId: string;
  readonly standing: BackfillStanding;
  readonly running: boolean;
  /** Epoch ms. */
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** null: it has not begun, or could not be asked; `problem` says why. */
  readonly progress: BackfillProgress | null;
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Which backfills a list holds. */
export interface BackfillChoice {
  readonly taskQueue: string;
  /** Also the latest of those that have ended. */
  readonly ended: boolean;
}

/** Starts the workflow; false where one with this id runs already, which is left alone. */
export async function startBackfill(
  { client, searchAttributes }: TemporalSession,
  { workflowId, request, plan }: BackfillOrder,
): Promise<boolean> {
  const { identity, settings } = plan;
  try {
    await client.workflow.start<typeof backfill>('backfill', {
      workflowId,
      taskQueue: settings.taskQueuePrefix,
      args: [request],
      // Once it has ended, the same range may be asked for again.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      memo: { [SETTINGS_MEMO]: settings, [IDENTITY_MEMO]: identity },
      ...(searchAttributes ? { typedSearchAttributes: identityAttributes(identity) } : {}),
      staticSummary: `backfill of ${identity.stream} of ${identity.input}, ${request.from} - ${request.to}`,
      staticDetails:
        'Pulls one range of the past and delivers it to Devo, beside the live stream and without touching its checkpoint. Query **progress** to see how far it is; signals **pause** and **resume** steer it; **Request Cancellation** ends it once what is fetched is delivered.',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Running backfills, the latest first, and after them ended ones where they are asked for. */
export async function listBackfills(
  session: TemporalSession,
  { taskQueue, ended }: BackfillChoice,
): Promise<BackfillReport[]> {
  const running = await executions(session, `ExecutionStatus = 'Running'`, taskQueue, Infinity);
  const closed = ended
    ? await executions(
        session,
        `ExecutionStatus IN ('Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut')`,
        taskQueue,
        MOST_ENDED,
      )
    : [];
  // One that ended in between is in both.
  const closedRuns = new Set(closed.map(({ runId }) => runId));
  const stillRunning = running.filter(({ runId }) => !closedRuns.has(runId));
  return await Promise.all(
    [...stillRunning, ...closed].map(async (execution) => await reportOf(session, execution)),
  );
}

/** The latest backfill with this id; undefined where there never was one. */
export async function readBackfill(
  session: TemporalSession,
  workflowId: string,
): Promise<BackfillReport | undefined> {
  try {
    const execution = await session.client.workflow.getHandle(workflowId).describe();
    return execution.type === 'backfill' ? await reportOf(session, execution) : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** What an operator can ask of a running backfill. */
export type BackfillCommand = 'pause' | 'resume' | 'cancel';

/** Asks a backfill for something; raises `BACKFILL_NOT_RUNNING` where it has ended. */
export async function steerBackfill(
  { client }: TemporalSession,
  workflowId: string,
  command: BackfillCommand,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    await (command === 'cancel' ? handle.cancel() : ask(client, handle, { signal: command }));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CollectorError(
      'BACKFILL_NOT_RUNNING',
      `found no running backfill ${workflowId}; \`backfill list\` shows how it ended`,
      { retry: 'never' },
    );
  }
}

async function executions(
  { client }: TemporalSession,
  status: string,
  taskQueue: string,
  most: number,
): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  const query = `WorkflowType = 'backfill' AND ${status}`;
  for await (const execution of client.workflow.list({ query })) {
    if (execution.taskQueue !== taskQueue) continue;
    found.push(execution);
    if (found.length >= most) break;
  }
  return found.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

const ENDED: Partial<Record<WorkflowExecutionStatusName, BackfillStanding>> = {
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
};

type Execution = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime'
>;

async function reportOf(
  session: TemporalSession,
  { workflowId, runId, status, startTime, closeTime }: Execution,
): Promise<BackfillReport> {
  const ended = ENDED[status.name];
  const common = {
    workflowId,
    running: ended === undefined,
    endedMs: closeTime?.getTime() ?? null,
  };
  if (status.name === 'FAILED') {
    const problem = await failureOf(session, workflowId, runId);
    const startedMs = startTime.getTime();
    return { ...common, standing: 'failed', startedMs, progress: null, problem };
  }
  const asked = await askProgress(session, workflowId, runId, status.name === 'COMPLETED');
  const unanswered = asked.problem === undefined ? 'starting' : 'no answer';
  return {
    ...common,
    ...asked,
    standing: ended ?? asked.progress?.state ?? unanswered,
    // A long one goes on in a new run, which began later.
    startedMs: asked.progress?.startedMs ?? startTime.getTime(),
  };
}

async function askProgress(
  { client }: TemporalSession,
  workflowId: string,
  runId: string,
  isDone: boolean,
): Promise<Pick<BackfillReport, 'progress' | 'problem'>> {
  const handle = client.workflow.getHandle<typeof backfill>(workflowId, runId);
  try {
    const progress = await client.withDeadline(Date.now() + QUERY_MS, async () =>
      // What a finished one came to is its result, which needs no worker.
      isDone ? handle.result() : handle.query(messages.progress),
    );
    return { progress };
  } catch {
    return {
      progress: null,
      problem: {
        code: 'STREAM_NO_ANSWER',
        message: 'no worker answers; is `up` or `worker` running?',
      },
    };
  }
}

async function failureOf({ client }: TemporalSession, workflowId: string, runId: string) {
  try {
    await client.workflow.getHandle(workflowId, runId).result();
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : error;
    const code = cause instanceof ApplicationFailure ? cause.type : undefined;
    return {
      code: code ?? 'INTERNAL',
      message: cause instanceof Error ? cause.message : String(cause),
    };
  }
  return { code: 'INTERNAL', message: 'ended without a reason' };
}
