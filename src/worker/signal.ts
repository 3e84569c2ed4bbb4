import { setTimeout as delay } from 'node:timers/promises';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { CollectorError } from '../errors/collector-error.js';
import * as messages from '../workflows/messages.js';
import type { ResetRequest } from '../workflows/messages.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { endedProblem } from './status.js';

/** What an operator can ask of a running stream; of a backfill a pause and its end. */
export type StreamCommand =
  | { readonly signal: 'pause' | 'resume' | 'pullNow' }
  | { readonly signal: 'resetPersistence'; readonly request: ResetRequest };

/** A worker answers in milliseconds; without one no answer comes. */
const ANSWER_MS = 5_000;

/**
 * Asks a stream for something, as an update; where no worker answers as a signal, which waits for one. Returns
 * whether it was answered. Raises `REQUEST_REFUSED`, and `STREAM_ENDED` or `STREAM_NOT_STARTED` where it does not run.
 */
export async function signalStream(
  { client }: TemporalSession,
  workflowId: string,
  command: StreamCommand,
): Promise<'answered' | 'signalled'> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await ask(client, handle, command);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const run = await handle.describe().catch(() => undefined);
    if (run !== undefined) {
      const { code, message } = endedProblem(run);
      throw new CollectorError(code, `${workflowId}: ${message}`, { retry: 'later' });
    }
    throw new CollectorError(
      'STREAM_NOT_STARTED',
      `found no running stream ${workflowId}; start it with \`up\` or \`apply\``,
      { retry: 'later' },
    );
  }
}

/** The same request by both ways is one: resets have an id, and the others change nothing when they come twice. */
export async function ask(
  client: Client,
  handle: WorkflowHandle,
  command: StreamCommand,
): Promise<'answered' | 'signalled'> {
  const update = async () => {
    await (command.signal === 'resetPersistence'
      ? handle.executeUpdate(messages.UPDATES.resetPersistence, { args: [command.request] })
      : handle.executeUpdate(messages.UPDATES[command.signal]));
    return true;
  };
  // A server that waits for a worker does not always keep to the deadline of the call.
  const late = new AbortController();
  try {
    const answered = await Promise.race([
      client.withDeadline(Date.now() + ANSWER_MS, update),
      delay(ANSWER_MS + 1_000, false, { signal: late.signal }),
    ]);
    if (answered) return 'answered';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { message } = error.cause ?? error;
      throw new CollectorError('REQUEST_REFUSED', message, { retry: 'never' });
    }
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
  } finally {
    late.abort();
  }
  await (command.signal === 'resetPersistence'
    ? handle.signal(messages.resetPersistence, command.request)
    : handle.signal(messages[command.signal]));
  return 'signalled';
}
