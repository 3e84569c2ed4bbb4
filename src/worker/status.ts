import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import PQueue from 'p-queue';
import type { CollectorConfig } from '../config/model.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { StreamStatus } from '../pull/status.js';
import { status } from '../workflows/messages.js';
import { ENDED } from './last-state.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { streamsOf } from './streams.js';

/** A worker answers a query in milliseconds; without one it never comes. */
const QUERY_MS = 5_000;
/** Many more than a worker answers at a time would wait for one another until some are given up. */
const QUERIES_AT_ONCE = 20;

/** One stream as `status` shows it. */
export interface StreamReport {
  readonly identity: StreamIdentity;
  readonly workflowId: string;
  /** null where it could not be asked; `problem` says why. */
  readonly status: StreamStatus | null;
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Asks every stream where it stands, many at a time; none any more once `signal` aborts. */
export async function readStatus(
  config: CollectorConfig,
  { client, searchAttributes }: TemporalSession,
  signal?: AbortSignal,
): Promise<StreamReport[]> {
  const queue = new PQueue({ concurrency: QUERIES_AT_ONCE });
  return await queue.addAll(
    streamsOf(config, searchAttributes).map(
      ({ identity, workflowId }) =>
        async (): Promise<StreamReport> => {
          try {
            signal?.throwIfAborted();
            const handle = client.workflow.getHandle(workflowId);
            return await client.withDeadline(Date.now() + QUERY_MS, async () => {
              // A run that has ended answers queries as if it still waited for its next pull.
              const run = await handle.describe();
              return run.status.name === 'RUNNING'
                ? { identity, workflowId, status: await handle.query(status) }
                : { identity, workflowId, status: null, problem: endedProblem(run) };
            });
          } catch (error) {
            return { identity, workflowId, status: null, problem: problemOf(error) };
          }
        },
    ),
  );
}

/** Says how a run of a stream ended, and how to go on. */
export function endedProblem(run: Pick<WorkflowExecutionInfo, 'status' | 'closeTime'>) {
  const how = ENDED[run.status.name] ?? 'ended';
  const at = run.closeTime === undefined ? '' : ` at ${run.closeTime.toISOString()}`;
  const message = `its run ${how}${at}; \`apply\`, or the next start of \`up\`, goes on from where it stood`;
  return { code: 'STREAM_ENDED', message };
}

function problemOf(error: unknown): { code: string; message: string } {
  return error instanceof WorkflowNotFoundError
    ? { code: 'STREAM_NOT_STARTED', message: 'not started; run apply or up' }
    : { code: 'STREAM_NO_ANSWER', message: 'no worker answers; is `up` or `worker` running?' };
}
