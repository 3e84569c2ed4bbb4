import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { CollectorConfig } from '../config/model.js';
import { CollectorError } from '../errors/collector-error.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import { reconfigure, stop } from '../workflows/messages.js';
import { watermarkMs } from '../workflows/state.js';
import type { CollectInput, CollectState } from '../workflows/state.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { identityAttributes } from './temporal/search-attributes.js';
import { settingChanges } from './setting-changes.js';
import { IDENTITY_MEMO, SETTINGS_MEMO } from './settings-memo.js';
import { streamsOf, workflowIdOf } from './streams.js';
import type { ConfiguredStream } from './streams.js';

/** One thing that `apply` does, or leaves as it is. */
export interface PlanStep {
  readonly action: 'start' | 'change' | 'stop' | 'keep' | 'conflict';
  readonly kind: 'stream' | 'backfill';
  readonly workflowId: string;
  /** What changes, a line each. */
  readonly details: readonly string[];
  /** As the config has it; undefined where it has none. */
  readonly stream: ConfiguredStream | undefined;
  /** Where a stream that was stopped goes on, as far as Temporal still knows it. */
  readonly state?: CollectState;
}

const RUNNING = `ExecutionStatus = 'Running'`;

/** Compares the config with the workflows that run; changes nothing. */
export async function planApply(
  config: CollectorConfig,
  { client, searchAttributes }: TemporalSession,
): Promise<PlanStep[]> {
  const running = new Map(
    (await list(client, 'collectService')).map((each) => [each.workflowId, each]),
  );
  const wanted = streamsOf(config, searchAttributes);
  const ids = new Set(wanted.map((stream) => stream.workflowId));
  const gone = [...running.values()].filter(
    // Those on other task queues are another collector's.
    ({ workflowId, taskQueue }) =>
      taskQueue === config.temporal.taskQueuePrefix && !ids.has(workflowId),
  );
  const backfills = (await list(client, 'backfill')).filter(
    ({ taskQueue, memo }) =>
      taskQueue === config.temporal.taskQueuePrefix || ids.has(streamIdOf(memo) ?? ''),
  );
  return [
    ...(await Promise.all(
      wanted.map(async (stream) => {
        const execution = running.get(stream.workflowId);
        return execution === undefined
          ? startStep(stream, await lastState(client, stream.workflowId))
          : streamStep(stream, execution);
      }),
    )),
    ...gone.map(({ workflowId }) => ({
      action: 'stop' as const,
      kind: 'stream' as const,
      workflowId,
      details: [],
      stream: undefined,
    })),
    ...backfills.map((execution) => backfillStep(execution, wanted, config.temporal)),
  ];
}

/**
 * Carries out a plan; each step is safe to repeat. Raises `CONFIG_TASK_QUEUE_CHANGED`, with nothing done, where
 * a step is a conflict.
 */
export async function executeApply(
  session: TemporalSession,
  steps: readonly PlanStep[],
): Promise<void> {
  const { client } = session;
  refuseConflicts(steps);
  for (const { action, kind, workflowId, stream, state } of steps) {
    if (action === 'stop') {
      await unlessEnded(async () => client.workflow.getHandle(workflowId).signal(stop));
    }
    if (stream === undefined || action === 'keep') continue;
    if (kind === 'stream') await startOrReconfigure(session, stream, state);
    else {
      const handle = client.workflow.getHandle(workflowId);
      await unlessEnded(async () => handle.signal(reconfigure, stream.settings));
    }
  }
}

/** A stream on a queue that this config's workers do not serve would take the settings and stand still. */
function refuseConflicts(steps: readonly PlanStep[]): void {
  const conflicts = steps.filter(({ action }) => action === 'conflict');
  const [first] = conflicts;
  if (first === undefined) return;
  const more = conflicts.length === 1 ? '' : ` (and ${conflicts.length - 1} more)`;
  throw new CollectorError(
    'CONFIG_TASK_QUEUE_CHANGED',
    `globals.temporal.task_queue_prefix: found ${first.workflowId}${more} on another task queue: ${first.details.join(', ')}; put the prefix back, or stop the streams under their old one first`,
    { retry: 'never' },
  );
}

function conflictStep(
  { workflowId, taskQueue }: WorkflowExecutionInfo,
  kind: PlanStep['kind'],
  wantedQueue: string,
): PlanStep {
  const details = [`runs on the task queue ${taskQueue}, the config has ${wantedQueue}`];
  return { action: 'conflict', kind, workflowId, details, stream: undefined };
}

async function list(client: Client, type: string): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  const query = `WorkflowType = '${type}' AND ${RUNNING}`;
  for await (const execution of client.workflow.list({ query })) found.push(execution);
  return found;
}

/** What a stream returned when it was stopped; undefined where it never was, or that is forgotten. */
async function lastState(client: Client, workflowId: string): Promise<CollectState | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'COMPLETED') return undefined;
    return ((await handle.result()) as CollectState | null | undefined) ?? undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function startStep(stream: ConfiguredStream, state: CollectState | undefined): PlanStep {
  const { workflowId, settings } = stream;
  const step = { action: 'start' as const, kind: 'stream' as const, workflowId, stream };
  if (state === undefined) return { ...step, details: [] };
  const watermark = new Date(watermarkMs(state)).toISOString();
  const details = [`goes on from its watermark ${watermark}`];
  return { ...step, state, details: [...details, ...settingChanges(state.settings, settings)] };
}

function streamStep(stream: ConfiguredStream, execution: WorkflowExecutionInfo): PlanStep {
  const { workflowId, settings } = stream;
  if (execution.taskQueue !== settings.taskQueuePrefix) {
    return conflictStep(execution, 'stream', settings.taskQueuePrefix);
  }
  const step = { kind: 'stream' as const, workflowId, stream };
  const inForce = execution.memo?.[SETTINGS_MEMO] as StreamSettings | undefined;
  const details =
    inForce === undefined ? ['takes its settings'] : settingChanges(inForce, settings);
  return { ...step, action: details.length === 0 ? 'keep' : 'change', details };
}

/** A backfill takes where its stream delivers to; the rest of its settings stay as when it began. */
function backfillStep(
  execution: WorkflowExecutionInfo,
  wanted: readonly ConfiguredStream[],
  { taskQueuePrefix }: CollectorConfig['temporal'],
): PlanStep {
  const { workflowId, memo, taskQueue } = execution;
  if (taskQueue !== taskQueuePrefix) return conflictStep(execution, 'backfill', taskQueuePrefix);
  const inForce = memo?.[SETTINGS_MEMO] as StreamSettings | undefined;
  const identity = memo?.[IDENTITY_MEMO] as StreamIdentity | undefined;
  const step = { kind: 'backfill' as const, workflowId };
  if (inForce === undefined || identity === undefined) {
    // It reads the config when it begins.
    return { ...step, action: 'keep', details: [], stream: undefined };
  }
  const stream = wanted.find((each) => each.workflowId === workflowIdOf(identity));
  if (stream === undefined) {
    const details = [
      'its stream left the config, so it waits; `backfill cancel` with its id ends it',
    ];
    return { ...step, action: 'keep', details, stream };
  }
  const { outputs, options } = stream.settings;
  const taken = { ...inForce, outputs, ...(options === undefined ? {} : { options }) };
  const details = settingChanges(inForce, taken);
  return { ...step, action: details.length === 0 ? 'keep' : 'change', details, stream };
}

/** Id of the workflow that pulls the stream of a backfill; undefined before it has read the config. */
function streamIdOf(memo: WorkflowExecutionInfo['memo']): string | undefined {
  const identity = memo?.[IDENTITY_MEMO] as StreamIdentity | undefined;
  return identity === undefined ? undefined : workflowIdOf(identity);
}

async function startOrReconfigure(
  { client, searchAttributes }: TemporalSession,
  { workflowId, identity, settings }: ConfiguredStream,
  state: CollectState | undefined,
): Promise<void> {
  const input: CollectInput = { ...identity, settings, ...(state === undefined ? {} : { state }) };
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

async function unlessEnded(signal: () => Promise<void>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
