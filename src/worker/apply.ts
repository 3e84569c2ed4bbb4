import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { CollectorConfig } from '../config/model.js';
import type { StreamSettings } from '../pull/settings.js';
import { reconfigure, stop } from '../workflows/messages.js';
import type { CollectInput } from '../workflows/state.js';
import type { TemporalSession } from './open-temporal.js';
import { identityAttributes } from './search-attributes.js';
import { SETTINGS_MEMO } from './settings-memo.js';
import { streamsOf } from './streams.js';
import type { ConfiguredStream } from './streams.js';

/** One thing that `apply` does, or leaves as it is. */
export interface PlanStep {
  readonly action: 'start' | 'change' | 'stop' | 'keep';
  readonly workflowId: string;
  /** What changes, a line each. */
  readonly details: readonly string[];
  readonly stream: ConfiguredStream | undefined;
}

const RUNNING = `WorkflowType = 'collectService' AND ExecutionStatus = 'Running'`;

/** Compares the config with the workflows that run; changes nothing. */
export async function planApply(
  config: CollectorConfig,
  { client, searchAttributes }: TemporalSession,
): Promise<PlanStep[]> {
  const running = new Map<string, WorkflowExecutionInfo>();
  for await (const execution of client.workflow.list({ query: RUNNING })) {
    running.set(execution.workflowId, execution);
  }
  const wanted = streamsOf(config, searchAttributes);
  const steps = wanted.map((stream): PlanStep => {
    const { workflowId } = stream;
    const execution = running.get(workflowId);
    if (execution === undefined) return { action: 'start', workflowId, details: [], stream };
    const inForce = execution.memo?.[SETTINGS_MEMO] as Partial<StreamSettings> | undefined;
    const details = differences(inForce ?? {}, stream.settings);
    return { action: details.length === 0 ? 'keep' : 'change', workflowId, details, stream };
  });
  const ids = new Set(wanted.map((stream) => stream.workflowId));
  const names = new Set(config.inputs.map((input) => input.name));
  for (const workflowId of running.keys()) {
    // Workflows of inputs that this config does not name belong to somebody else's collector.
    const ours = names.has(workflowId.split('/')[1] ?? '');
    if (ours && !ids.has(workflowId)) {
      steps.push({ action: 'stop', workflowId, details: [], stream: undefined });
    }
  }
  return steps;
}

/** Carries out a plan; each step is safe to repeat. */
export async function executeApply(
  { client, searchAttributes }: TemporalSession,
  steps: readonly PlanStep[],
): Promise<void> {
  for (const { action, workflowId, stream } of steps) {
    if (action === 'stop') await signalStop(client, workflowId);
    if (stream === undefined || action === 'keep') continue;
    const { identity, settings } = stream;
    const input: CollectInput = { ...identity, settings };
    await client.workflow.signalWithStart('collectService', {
      workflowId,
      taskQueue: settings.taskQueuePrefix,
      args: [input],
      signal: reconfigure,
      signalArgs: [settings],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      memo: { [SETTINGS_MEMO]: settings },
      ...(searchAttributes ? { typedSearchAttributes: identityAttributes(identity) } : {}),
      staticSummary: `${identity.stream} of ${identity.input} (${identity.inputId})`,
      staticDetails:
        'Pulls one stream of Cortex XDR for ever and delivers it to Devo. Query **status** to see where it stands; signals **pause**, **resume**, **pullNow** and **resetPersistence** steer it.',
    });
  }
}

async function signalStop(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(stop);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

function differences(inForce: Partial<StreamSettings>, wanted: StreamSettings): string[] {
  return (Object.keys(wanted) as (keyof StreamSettings)[])
    .filter((key) => JSON.stringify(inForce[key]) !== JSON.stringify(wanted[key]))
    .map((key) => `${key}: ${JSON.stringify(inForce[key])} -> ${JSON.stringify(wanted[key])}`);
}
