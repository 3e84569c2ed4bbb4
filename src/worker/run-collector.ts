import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.js';
import type { ActivityDependencies } from '../activities/dependencies.js';
import type { CollectorConfig } from '../config/model.js';
import { openSegmentStore } from '../segments/segment-store.js';
import type { SegmentStore } from '../segments/segment-store.js';
import { startObserving } from './observe/start-observing.js';
import type { Observing } from './observe/start-observing.js';
import { takeUpAbandoned, workerIdentity } from './abandoned.js';
import { workflowBundle } from './bundle.js';
import { configInForce } from './config-in-force.js';
import type { ConfigInForce } from './config-in-force.js';
import { configuredOutputs, warnOfWeakConfirmation } from './configured-outputs.js';
import { createExtraDataWorkers } from './extra-data-workers.js';
import { inputClients } from './input-clients.js';
import type { TemporalSession } from './temporal/open-temporal.js';
import { installRuntime } from './runtime.js';
import { createWorkerSet } from './worker-set.js';

/** Deliveries may finish this long after a stop was asked for; then they are cancelled and tried again later. */
const GRACE_MS = 20_000;
/** After this the worker ends whatever an activity still does. */
const FORCE_MS = 25_000;
/** The engine passes on no more heartbeats than this; by its own measure six seconds of trouble would end an activity. */
const HEARTBEATS_PASSED_MS = 10_000;
/** Workflows kept in memory, somewhat below 1 MB each: a process with 1,000 of them takes 970 to 1,170 MB in all. */
const LEAST_CACHED = 200;
const MOST_CACHED = 1_000;

/** The running process: workers on the common queue, on this host's own, and on those of incident alerts. */
export interface Collector {
  /** Ends when the workers have ended; rejects where one of them broke. */
  readonly done: Promise<void>;
  /** Works by a newer config from now on; returns the keys whose change waits for the next start. */
  reconfigure(newer: CollectorConfig): Promise<string[]>;
  /** Takes no more work, gives up what it fetches and lets deliveries finish. */
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
  const inForce = configInForce(config, session.searchAttributes);
  const observing = await startObserving({ inForce, session, segments, log });
  try {
    await installRuntime(log, observing.onPullEnded);
    const swept = await segments.sweep(
      async (workflowId) => await isRunning(session.client, workflowId),
    );
    log.info({ host: segments.hostId, swept }, 'Segment store open');
    await warnOfWeakConfirmation(inForce.config().outputs, log);
    return await startWorkers(inForce, session, { log, segments, observing });
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
  inForce: ConfigInForce,
  session: TemporalSession,
  { log, segments, observing }: WorkerParts,
): Promise<Collector> {
  const stopping = new AbortController();
  const deps: ActivityDependencies = {
    config: inForce.config,
    streams: inForce.streams,
    client: inputClients(observing.watchApi),
    output: configuredOutputs(() => inForce.config().outputs),
    segments,
    stopping: stopping.signal,
    log,
    observer: observing.observer,
  };
  const identity = workerIdentity(segments.hostId);
  const { taskQueuePrefix } = inForce.config().temporal;
  // Beside the start: it asks for every workflow, and there may be thousands.
  void takeUpAbandoned(session.client, taskQueuePrefix, segments.hostId, { identity, log });
  const connection = await session.connectWorker();
  const common = {
    connection,
    identity,
    namespace: session.namespace,
    activities: { ...createActivities(deps) },
    shutdownGraceTime: GRACE_MS,
    shutdownForceTime: FORCE_MS,
    maxHeartbeatThrottleInterval: HEARTBEATS_PASSED_MS,
  };
  const workers = createWorkerSet(log);
  const fixed = [
    await Worker.create({
      ...common,
      taskQueue: taskQueuePrefix,
      workflowBundle: await workflowBundle(),
      maxCachedWorkflows: cachedWorkflows(inForce.streams().length),
      maxConcurrentActivityTaskExecutions: 20,
    }),
    await Worker.create({
      ...common,
      taskQueue: segments.hostQueue,
      maxConcurrentActivityTaskExecutions: 20,
    }),
  ] as const;

  const extraData = createExtraDataWorkers({
    config: inForce.config,
    workers,
    create: async ({ queue, extraDataPerMinute }) =>
      await Worker.create({
        ...common,
        taskQueue: queue,
        // The server holds this for all workers of the queue together.
        maxTaskQueueActivitiesPerSecond: extraDataPerMinute / 60,
        maxConcurrentActivityTaskExecutions: 2,
        maxConcurrentActivityTaskPolls: 1,
      }),
  });

  workers.add('common', 'common', fixed[0]);
  workers.add('host', 'host', fixed[1]);
  const done = workers.done
    .then(async () => await connection.close())
    .finally(async () => await observing.close());
  try {
    await extraData.addMissing();
  } catch (error) {
    workers.shutdown();
    await done;
    throw error;
  }
  observing.workersStarted(workers.watched);
  return {
    done,
    async reconfigure(newer) {
      const waiting = inForce.replace(newer);
      await extraData.addMissing();
      extraData.retireLater();
      return waiting;
    },
    shutdown() {
      stopping.abort();
      workers.shutdown();
    },
  };
}

/** All streams and some backfills: one that is not in the cache is played back from its history at every step. */
function cachedWorkflows(streams: number): number {
  return Math.min(MOST_CACHED, Math.max(LEAST_CACHED, streams + 50));
}

/** Only a clear no counts: a segment of a running stream is worth more than a tidy disk. */
async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}
