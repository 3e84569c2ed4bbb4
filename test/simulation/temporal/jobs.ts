import type { Payload } from '@temporalio/common';
import type { Job } from './commands.js';
import type { RunStart } from './run-host.js';

/** A job as the SDK's core gives it to a workflow. */
export function jobOf(variant: NonNullable<Job['variant']>, content: object): Job {
  return { variant, [variant]: content };
}

export function beginJob({ names, args, memo, attributes }: RunStart): Job {
  return jobOf('initializeWorkflow', {
    workflowType: names.type,
    workflowId: names.workflowId,
    arguments: [...args],
    headers: {},
    memo: { fields: memo },
    searchAttributes: { indexedFields: attributes },
  });
}

export function signalJob(signalName: string, input: readonly Payload[]): Job {
  return jobOf('signalWorkflow', { signalName, input, headers: {}, identity: 'client' });
}

export function updateJob(id: string, name: string, input: readonly Payload[]): Job {
  return jobOf('doUpdate', {
    id,
    protocolInstanceId: id,
    name,
    input,
    headers: {},
    meta: { updateId: id, identity: 'client' },
    runValidator: true,
  });
}
