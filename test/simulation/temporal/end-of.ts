import type { Payload } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { Command } from './commands.js';
import { failureOf } from './payloads.js';
import type { Closed } from './run-host.js';

/** What a run hands on where it continues as new. */
interface Kept {
  readonly memo: Readonly<Record<string, Payload>>;
  readonly attributes: Readonly<Record<string, Payload>>;
}

/** How a command ends its run, and the event that says so; undefined where it does not. */
export function endOf(
  command: Command,
  { memo, attributes }: Kept,
): { readonly closed: Closed; readonly event: string } | undefined {
  if (command.completeWorkflowExecution) {
    const result = command.completeWorkflowExecution.result ?? undefined;
    return { closed: { status: 'COMPLETED', result }, event: 'WorkflowExecutionCompleted' };
  }
  if (command.failWorkflowExecution) {
    const failure = command.failWorkflowExecution.failure ?? failureOf(new Error('none given'));
    return { closed: { status: 'FAILED', failure }, event: 'WorkflowExecutionFailed' };
  }
  if (command.cancelWorkflowExecution) {
    return { closed: { status: 'CANCELLED' }, event: 'WorkflowExecutionCanceled' };
  }
  const asked = command.continueAsNewWorkflowExecution;
  if (!asked) return undefined;
  const next = {
    args: asked.arguments ?? [],
    memo: { ...memo, ...asked.memo },
    attributes: { ...attributes, ...asked.searchAttributes?.indexedFields },
    startDelayMs: optionalTsToMs(asked.backoffStartInterval) ?? 0,
  };
  return { closed: { status: 'CONTINUED_AS_NEW', next }, event: 'WorkflowExecutionContinuedAsNew' };
}
