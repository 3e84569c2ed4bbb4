import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ActivityNotFoundError } from '@temporalio/client';
import type { Client, FullActivityId, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { messageOf } from '../errors/message-of.js';

const CODE = 'WORKER_RESTARTED';
/** PENDING_ACTIVITY_STATE_STARTED of Temporal's API: a worker has it. */
const STARTED = 2;

/** Name of this process in Temporal; `hostId` tells which one it replaces after a restart. */
export function workerIdentity(hostId: string): string {
  return `${hostname()} ${hostId} ${randomUUID().slice(0, 8)}`;
}

/** Does `failAbandoned` and says in the log what came of it; never rejects, for without it all goes on, later. */
export async function takeUpAbandoned(
  client: Client,
  taskQueue: string,
  hostId: string,
  { identity, log }: { readonly identity: string; readonly log: Logger },
): Promise<void> {
  try {
    const abandoned = await failAbandoned(client, taskQueue, hostId, identity);
    if (abandoned > 0) {
      log.warn({ code: CODE, abandoned }, 'Work of a killed process on this host taken up');
    }
  } catch (error) {
    const reason = messageOf(error);
    log.warn({ reason }, 'Work of a killed process goes on after its heartbeat timeout');
  }
}

/**
 * Fails the attempts that an earlier process on the same state folder left behind when it was killed, so that
 * they start anew within seconds instead of after their heartbeat timeout; returns how many. Their results would
 * have been refused anyway: what that process had sent is sent again, or found confirmed on the disk.
 */
async function failAbandoned(
  client: Client,
  taskQueue: string,
  hostId: string,
  identity: string,
): Promise<number> {
  let failed = 0;
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    for (const activityId of abandonedOf(await handle.describe(), hostId, identity)) {
      if (await failAttempt(client, { workflowId, runId, activityId })) failed += 1;
    }
  }
  return failed;
}

/** False where the attempt was over by itself in the meantime. */
async function failAttempt(client: Client, attempt: FullActivityId): Promise<boolean> {
  try {
    await client.activity.fail(
      attempt,
      ApplicationFailure.retryable('the worker was restarted', CODE),
    );
    return true;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return false;
    throw error;
  }
}

function abandonedOf(
  { raw }: WorkflowExecutionDescription,
  hostId: string,
  identity: string,
): string[] {
  return (raw.pendingActivities ?? [])
    .filter(({ state }) => Number(state) === STARTED)
    .filter(({ lastWorkerIdentity: by }) => by?.includes(` ${hostId} `) && by !== identity)
    .flatMap(({ activityId }) => activityId ?? []);
}
