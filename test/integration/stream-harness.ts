import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { streamIdOf } from '../../src/pull/backfill.js';
import type { CollectorActivities } from '../../src/pull/activity-contract.js';
import type { FetchSegmentInput, SegmentReceipt } from '../../src/pull/receipts.js';
import type { StreamSettings } from '../../src/pull/settings.js';
import type { StreamStatus } from '../../src/pull/status.js';
import { workflowBundle } from '../../src/worker/bundle.js';
import type { CollectInput, collectService } from '../../src/workflows/collect-service.js';
import { status } from '../../src/workflows/messages.js';
import { eventually } from './eventually.js';
import { startTemporal } from './temporal-server.js';

/** A real Temporal server with what tests of single workflows need. */
export interface TestBench {
  readonly client: Client;
  /** Address of Temporal UI; empty where it was not asked for. */
  readonly uiUrl: string;
  /** Runs a worker with these activities on a queue of its own until the body ends. */
  withWorker<Result>(
    activities: Partial<CollectorActivities>,
    body: (taskQueue: string) => Promise<Result>,
  ): Promise<Result>;
  /** Runs a worker for activities alone, on any queue. */
  withHost<Result>(
    taskQueue: string,
    activities: Partial<CollectorActivities>,
    body: () => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** As the collector's own workers have it; else the engine passes on a heartbeat in 24 s. */
const HEARTBEATS_PASSED_MS = 10_000;

// Once per process, before any worker; each test file runs in a process of its own.
Runtime.install({ logger: new DefaultLogger('ERROR') });

export async function openBench({ ui = false } = {}): Promise<TestBench> {
  // First: where it does not compile, no server is left behind.
  const bundle = await workflowBundle();
  const temporal = await startTemporal({ ui });
  const connection = await NativeConnection.connect({ address: temporal.address });
  const clientConnection = await Connection.connect({ address: temporal.address });
  return {
    client: new Client({ connection: clientConnection }),
    uiUrl: temporal.uiUrl ?? '',
    async withWorker(activities, body) {
      const taskQueue = `test-${randomUUID()}`;
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: bundle,
        activities,
        maxHeartbeatThrottleInterval: HEARTBEATS_PASSED_MS,
      });
      return await worker.runUntil(body(taskQueue));
    },
    async withHost(taskQueue, activities, body) {
      const worker = await Worker.create({
        connection,
        taskQueue,
        activities,
        maxHeartbeatThrottleInterval: HEARTBEATS_PASSED_MS,
      });
      return await worker.runUntil(body());
    },
    async close() {
      try {
        await clientConnection.close();
        await connection.close();
      } finally {
        await temporal.stop();
      }
    },
  };
}

/** Settings with a long period: nothing pulls unless a test asks for it. */
export function settingsFor(
  taskQueue: string,
  changes: Partial<StreamSettings> = {},
): StreamSettings {
  return {
    periodMs: 3_600_000,
    settleMs: 0,
    lookbackMs: 300_000,
    startTimeMs: Date.now() - 60_000,
    outputs: ['devo'],
    taskQueuePrefix: taskQueue,
    hostGoneAfterMs: 60_000,
    searchAttributes: false,
    ...changes,
  };
}

export async function startStream(
  client: Client,
  settings: StreamSettings,
  more: Partial<CollectInput> = {},
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof collectService>> {
  const identity = { input: 'test', inputId: randomUUID(), stream: 'incidents' } as const;
  const input = { ...identity, settings, ...more };
  return await client.workflow.start<typeof collectService>('collectService', {
    workflowId: streamIdOf(input),
    taskQueue: settings.taskQueuePrefix,
    args: [input],
  });
}

/** Asks again until the status is as wanted. */
export async function statusWhere(
  handle: WorkflowHandle,
  wanted: (status: StreamStatus) => boolean,
): Promise<StreamStatus> {
  return await eventually('a status', async () => await handle.query(status), wanted);
}

/** A receipt for the whole window asked for, with `events` events on the host `hostQueue`. */
export function receiptFor(
  input: Pick<FetchSegmentInput, 'segment' | 'window'>,
  hostQueue: string,
  events: number,
): SegmentReceipt {
  return {
    segment:
      events === 0
        ? null
        : {
            workflowId: 'w',
            name: input.segment,
            hostQueue,
            bytes: 100,
            events,
            crc32: 1,
            byTag: {},
          },
    window: input.window,
    reachedNow: false,
    counts: { requests: 1, records: events, duplicates: 0, malformed: 0, rereads: 0 },
    newKeys: [],
    warnings: [],
  };
}

/** What `deliverSegment` answers when all went well. */
export function delivered(input: { output: string; segment: { events: number; bytes: number } }) {
  return {
    output: input.output,
    events: input.segment.events,
    bytes: input.segment.bytes,
    confirmation: 'close_notify' as const,
    elapsedMs: 1,
  };
}
