import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.js';
import type { ActivityDependencies } from '../activities/dependencies.js';
import type { CollectorConfig, InputConfig } from '../config/model.js';
import { createCortexClient } from '../cortex/client.js';
import type { CortexClient } from '../cortex/client.js';
import { createLimiter } from '../cortex/limiter.js';
import { createOutput } from '../devo/create-output.js';
import { openSegmentStore } from '../segments/segment-store.js';
import type { SegmentStore } from '../segments/segment-store.js';
import { extraDataQueue } from '../pull/task-queues.js';
import type { ApiWatch } from './observe/api-watch.js';
import type { WatchedWorker } from './observe/readiness.js';
import { startObserving } from './observe/start-observing.js';
import type { Observing } from './observe/start-observing.js';
import { takeUpAbandoned, workerIdentity } from './abandoned.js';
import { installRuntime } from './runtime.js';
import { inputsWithIncidentAlerts, streamsOf } from './streams.js';
import { workflowBundle } from './bundle.js';
import type { TemporalSession } from './open-temporal.js';

/** Activities may finish this long after a stop was asked for; then they are cancelled and tried again later. */
const GRACE_MS = 20_000;
/** After this the worker ends whatever an activity still does. */
const FORCE_MS = 25_000;

/** The running process: workers on the common queue and on this host's own. */
export interface Collector {
  /** Ends when the workers have ended; rejects where one of them broke. */
  readonly done: Promise<void>;
  /** Takes no more work and lets activities finish. */
  shutdown(): void;
}

/**
 * Opens the segment store, sweeps what no workflow needs any more, and starts health, metrics and the workers.
 * Raises `HTTP_PORT_IN_USE` and `HTTP_LISTEN_FAILED`.
 */
export async function startCollector(
  config: CollectorConfig,
  session: TemporalSession,
  log: Logger,
): Promise<Collector> {
  const segments = await openSegmentStore({
    stateDir: config.paths.state,
    taskQueuePrefix: config.temporal.taskQueuePrefix,
  });
  const observing = await startObserving({ config, session, segments, log });
  try {
    await installRuntime(log, observing.onPullEnded);
    const swept = await segments.sweep(
      async (workflowId) => await isRunning(session.client, workflowId),
    );
    log.info({ host: segments.hostId, swept }, 'Segment store open');
    return await startWorkers(config, session, { log, segments, observing });
  } catch (error) {
    await observing.close();
    throw error;
  }
}

interface WorkerParts {
  readonly log: Logger;
  readonly segments: SegmentStore;
  readonly observing: Observing;
}

async function startWorkers(
  config: CollectorConfig,
  session: TemporalSession,
  { log, segments, observing }: WorkerParts,
): Promise<Collector> {
  const { namespace } = session;
  const outputs = new Map(config.outputs.map((output) => [output.name, createOutput(output)]));
  const deps: ActivityDependencies = {
    config: () => config,
    streams: () => streamsOf(config, session.searchAttributes),
    client: cachedClients(observing.watchApi),
    output: (name) => outputs.get(name),
    segments,
    log,
    observer: observing.observer,
  };
  const activities = { ...createActivities(deps) };
  const identity = workerIdentity(segments.hostId);
  const { taskQueuePrefix } = config.temporal;
  // Beside the start: it asks for every workflow, and there may be thousands.
  void takeUpAbandoned(session.client, taskQueuePrefix, segments.hostId, { identity, log });
  const connection = await session.connectWorker();
  const common = {
    connection,
    identity,
    namespace,
    activities,
    shutdownGraceTime: GRACE_MS,
    shutdownForceTime: FORCE_MS,
  };
  const workers = [
    await Worker.create({
      ...common,
      taskQueue: taskQueuePrefix,
      workflowBundle: await workflowBundle(),
      maxCachedWorkflows: 200,
      maxConcurrentActivityTaskExecutions: 20,
    }),
    await Worker.create({
      ...common,
      taskQueue: segments.hostQueue,
      maxConcurrentActivityTaskExecutions: 20,
    }),
    ...(await Promise.all(
      inputsWithIncidentAlerts(config).map(
        async ({ name, id, extraDataPerMinute }) =>
          await Worker.create({
            ...common,
            taskQueue: extraDataQueue(config.temporal.taskQueuePrefix, {
              input: name,
              inputId: id,
            }),
            // The server holds this for all workers of the queue together.
            maxTaskQueueActivitiesPerSecond: extraDataPerMinute / 60,
            maxConcurrentActivityTaskExecutions: 2,
            maxConcurrentActivityTaskPolls: 1,
          }),
      ),
    )),
  ];
  observing.workersStarted(() => watchedWorkers(workers));
  const shutdown = () => {
    for (const worker of workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  };
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      shutdown();
    }
  });
  const done = Promise.all(runs)
    .then(async () => {
      await connection.close();
    })
    .finally(async () => await observing.close());
  return { done, shutdown };
}

/** One client per input, so that all its streams share one quota. */
function cachedClients(watch: ApiWatch['watch']): (input: InputConfig) => CortexClient {
  const clients = new Map<string, CortexClient>();
  return (input) => {
    const key = `${input.name}/${input.id}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const limiter = createLimiter(input.requestLimits);
    const client = createCortexClient({
      credentials: input.credentials,
      limiter,
      proxy: input.proxy,
      onRequest: watch(input.name, limiter),
    });
    clients.set(key, client);
    return client;
  };
}

/** Only a clear no counts: a segment of a running stream is worth more than a tidy disk. */
async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}

/** They are made in this order; each input with incident alerts has one of the last kind. */
function watchedWorkers(workers: readonly Worker[]): WatchedWorker[] {
  return workers.map((worker, index) => ({
    queue: (['common', 'host'] as const)[index] ?? 'incident_alerts',
    status: worker.getStatus(),
  }));
}
