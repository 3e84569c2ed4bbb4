import { WorkflowNotFoundError } from '@temporalio/client';
import { CollectorError } from '../errors/collector-error.js';
import * as messages from '../workflows/messages.js';
import type { ResetRequest } from '../workflows/messages.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { endedProblem } from './status.js';

/** What an operator can ask of a running stream. */
export type StreamCommand =
  | { readonly signal: 'pause' | 'resume' | 'pullNow' }
  | { readonly signal: 'resetPersistence'; readonly request: ResetRequest };

/** Sends a signal to a stream; raises `STREAM_ENDED` or `STREAM_NOT_STARTED` where it does not run. */
export async function signalStream(
  { client }: TemporalSession,
  workflowId: string,
  command: StreamCommand,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if (command.signal === 'resetPersistence') {
      await handle.signal(messages.resetPersistence, command.request);
    } else {
      await handle.signal(messages[command.signal]);
    }
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
