import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionInfo,
} from '@temporalio/client';
import PQueue from 'p-queue';
import type { CollectorConfig } from '../config/model.js';
import { CollectorError } from '../errors/collector-error.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import type { Work } from '../pull/work.js';
import type { CollectInput } from '../workflows/collect-service.js';
import { reconfigure, stop } from '../workflows/messages.js';
import { lastState } from './last-state.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { identityAttributes } from './temporal/search-attributes.js';
import { settingChanges } from './setting-changes.js';
import { IDENTITY_MEMO, SETTINGS_MEMO } from './settings-memo.js';
import { ownerOf, streamsOf, workflowIdOf } from './streams.js';
import type { ConfiguredStream } from './streams.js';

/** One thing that `apply` does, or leaves as it is. */
export interface PlanStep {
  /** `leave`: it is another collector's. */
  readonly action: 'start' | 'change' | 'stop' | 'keep' | 'leave' | 'conflict';
  readonly kind: 'stream' | 'backfill';
  readonly workflowId: string;
  /** What changes, a line each. */
  readonly details: readonly string[];
  /** As the config has it; undefined where it has none. */
  readonly stream: ConfiguredStream | undefined;
  /** Where a stream that ended goes on, as far as Temporal still knows it. */
  readonly state?: Work | undefined;
  /** True where records may be missing or come twice. */
  readonly warning?: boolean;
}

/** As a list or a description has it. */
type Execution = Omit<WorkflowExecutionInfo, 'raw'>;

/** Of Temporal, which many collectors may share. */
const STREAMS_AT_ONCE = 20;
const RUNNING = `ExecutionStatus = 'Running'`;

/**
 * Compares the config with the workflows that run; changes nothing. Streams that another collector's `apply`
 * started are left alone, unless `prune` says that all go which this config does not name.
 */
export async function planApply(
  config: CollectorConfig,
  session: TemporalSession,
  { prune = false }: { prune?: boolean } = {},
): Promise<PlanStep[]> {
  const { client, searchAttributes } = session;
  const wanted = streamsOf(config, searchAttributes);
  const ids = new Set(wanted.map((stream) => stream.workflowId));
  const owner = ownerOf(config);
  const gone = (await list(client, 'collectService')).filter(
    // Those on other task queues are another collector's.
    ({ workflowId, taskQueue }) =>
      taskQueue === config.temporal.taskQueuePrefix && !ids.has(workflowId),
  );
  const backfills = (await list(client, 'backfill')).filter(
    ({ taskQueue, memo }) =>
      taskQueue === config.temporal.taskQueuePrefix || ids.has(streamIdOf(memo) ?? ''),
  );
  const queue = new PQueue({ concurrency: STREAMS_AT_ONCE });
  return [
    ...(await queue.addAll(
      wanted.map((stream) => async () => {
        // The list follows a moment later; this is what is so now.
        const run = await describe(client, stream.workflowId);
        return run?.status.name === 'RUNNING'
          ? streamStep(stream, run)
          : await startStep(session, stream, run);
      }),
    )),
    ...gone.map((execution) => goneStep(execution, owner, prune)),
    ...backfills.map((execution) => backfillStep(execution, wanted, config)),
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
    const handle = client.workflow.getHandle(workflowId);
    if (action === 'stop') await unlessEnded(async () => handle.signal(stop));
    if (stream === undefined) continue;
    if (kind === 'backfill') {
      if (action === 'keep') continue;
      await unlessEnded(async () => handle.signal(reconfigure, stream.settings));
    } else if (action === 'start') {
      await startOrReconfigure(session, stream, state);
    } else if (!(await unlessEnded(async () => handle.signal(reconfigure, stream.settings)))) {
      // One that is kept gets its settings, too: a stop or a cancellation that is under way ends with them.
      const last = await startStep(session, stream, await describe(client, workflowId));
      await startOrReconfigure(session, stream, last.state);
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
  { workflowId, taskQueue }: Execution,
  kind: PlanStep['kind'],
  wantedQueue: string,
): PlanStep {
  const details = [`runs on the task queue ${taskQueue}, the config has ${wantedQueue}`];
  return { action: 'conflict', kind, workflowId, details, stream: undefined };
}

async function list(client: Client, type: string): Promise<Execution[]> {
  const found: Execution[] = [];
  const query = `WorkflowType = '${type}' AND ${RUNNING}`;
  for await (const execution of client.workflow.list({ query })) found.push(execution);
  return found;
}

/** The latest run of a workflow; undefined where there is none. */
async function describe(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The step of a stream that does not run; `run`: its last one. */
async function startStep(
  session: TemporalSession,
  stream: ConfiguredStream,
  run: Execution | undefined,
): Promise<PlanStep> {
  const { workflowId, settings } = stream;
  const step = { action: 'start' as const, kind: 'stream' as const, workflowId, stream };
  if (run === undefined) return { ...step, details: [] };
  const { state, details, warning } = await lastState(session, run);
  const changes = state === undefined ? [] : settingChanges(state.settings, settings);
  return { ...step, state, warning, details: [...details, ...changes] };
}

function streamStep(stream: ConfiguredStream, execution: Execution): PlanStep {
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

/** A stream that the config does not name. */
function goneStep({ workflowId, memo }: Execution, owner: string, prune: boolean): PlanStep {
  const step = { kind: 'stream' as const, workflowId, stream: undefined };
  const other = otherOwner(memo, owner);
  if (other === undefined) return { ...step, action: 'stop', details: [] };
  return prune
    ? { ...step, action: 'stop', details: [`was ${other}`] }
    : { ...step, action: 'leave', details: [`is ${other}; \`apply --prune\` stops it`] };
}

/** Whose a workflow is that is not this collector's. */
function otherOwner(memo: Execution['memo'], owner: string): string | undefined {
  const its = (memo?.[SETTINGS_MEMO] as StreamSettings | undefined)?.owner;
  if (its === owner) return undefined;
  return its === undefined ? 'of no collector' : `of the collector ${its}`;
}

/** A backfill takes where its stream delivers to; the rest of its settings stay as when it began. */
function backfillStep(
  execution: Execution,
  wanted: readonly ConfiguredStream[],
  config: CollectorConfig,
): PlanStep {
  const { workflowId, memo, taskQueue } = execution;
  const { taskQueuePrefix } = config.temporal;
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
    const other = otherOwner(memo, ownerOf(config));
    if (other !== undefined) return { ...step, action: 'leave', details: [`is ${other}`], stream };
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
function streamIdOf(memo: Execution['memo']): string | undefined {
  const identity = memo?.[IDENTITY_MEMO] as StreamIdentity | undefined;
  return identity === undefined ? undefined : workflowIdOf(identity);
}

async function startOrReconfigure(
  { client, searchAttributes }: TemporalSession,
  { workflowId, identity, settings }: ConfiguredStream,
  state: Work | undefined,
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

/** False where it has ended. */
async function unlessEnded(signal: () => Promise<void>): Promise<boolean> {
  try {
    await signal();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
