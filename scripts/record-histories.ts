import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, test } from 'vitest';
import { planBackfill } from '../src/activities/plan-backfill.js';
import type {
  DeliverSegmentInput,
  FetchIncidentAlertsInput,
  FetchSegmentInput,
  IncidentAlertsReceipt,
  ListChangedInput,
  SegmentReceipt,
} from '../src/pull/receipts.js';
import { extraDataQueue } from '../src/pull/task-queues.js';
import type { backfill } from '../src/workflows/backfill.js';
import * as messages from '../src/workflows/messages.js';
import { eventually } from '../test/integration/eventually.js';
import { closedGate } from '../test/integration/gate.js';
import { PROJECT_ROOT } from '../test/integration/temporal-server.js';
import type { TestBench } from '../test/integration/stream-harness.js';
import {
  delivered,
  openBench,
  receiptFor,
  settingsFor,
  startStream,
  statusWhere,
} from '../test/integration/stream-harness.js';

/*
 * Records the histories that test/replay replays. Run it on released code, never on a change under test:
 *   npx vitest run --config vitest.scripts.config.ts scripts/record-histories.ts
 */
const folder = join(PROJECT_ROOT, 'test', 'replay', 'histories');

let bench: TestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  mkdirSync(folder, { recursive: true });
  // Stack traces name this machine's folders, which are nobody's business.
  const history = historyToJSON(await handle.fetchHistory()).replaceAll(`${PROJECT_ROOT}/`, '');
  writeFileSync(join(folder, `${name}.json`), history);
  const { status } = await handle.describe();
  if (status.name === 'RUNNING') await handle.terminate();
}

const send = (input: DeliverSegmentInput) => Promise.resolve(delivered(input));

test('idle: cycles without a record', async () => {
  const fetchSegment = (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, '', 0));
  await bench.withWorker({ fetchSegment, deliverSegment: send }, async (taskQueue) => {
    const handle = await startStream(bench.client, settingsFor(taskQueue, { periodMs: 300 }));
    await statusWhere(handle, (s) => s.totals.cycles >= 5);
    await save('collect-idle', handle);
  });
});

test('busy: two outputs, one of them late', async () => {
  let queue = '';
  const fetchSegment = (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, queue, 3));
  await bench.withWorker({ fetchSegment, deliverSegment: send }, async (taskQueue) => {
    queue = taskQueue;
    const settings = settingsFor(taskQueue, { periodMs: 300, outputs: ['a', 'b'] });
    const handle = await startStream(bench.client, settings);
    await statusWhere(handle, (s) => s.totals.segments >= 8);
    await save('collect-busy', handle);
  });
});

test('reset: by signal, after a refused one', async () => {
  let queue = '';
  const fetchSegment = (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, queue, 3));
  await bench.withWorker({ fetchSegment, deliverSegment: send }, async (taskQueue) => {
    queue = taskQueue;
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    await statusWhere(handle, (s) => s.state === 'waiting');
    await handle.signal(messages.resetPersistence, { startTime: 'never' });
    await handle.signal(messages.resetPersistence, { startTime: Date.now() - 900_000 });
    await statusWhere(handle, (s) => s.totals.cycles >= 2 && s.state === 'waiting');
    await save('collect-reset', handle);
  });
});

/** Records a stream of one output that `steer` does something to; each window has three events. */
async function recordStream(
  name: string,
  steer: (handle: WorkflowHandle) => Promise<unknown>,
  {
    deliverSegment = send,
    outputs = ['a'],
    ...more
  }: {
    readonly deliverSegment?: (input: DeliverSegmentInput) => ReturnType<typeof send>;
    readonly outputs?: readonly string[];
    readonly cyclesPerRun?: number;
  } = {},
): Promise<void> {
  let queue = '';
  const fetchSegment = (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, queue, 3));
  await bench.withWorker({ fetchSegment, deliverSegment }, async (taskQueue) => {
    queue = taskQueue;
    const settings = settingsFor(taskQueue, { periodMs: 300, outputs });
    const { workflowId } = await startStream(bench.client, settings, more);
    const handle = bench.client.workflow.getHandle(workflowId);
    await steer(handle);
    await save(name, handle);
  });
}

/** Refuses what goes to the output b. */
const refuseB = (input: DeliverSegmentInput) =>
  input.output === 'b'
    ? Promise.reject(ApplicationFailure.nonRetryable('no', 'DOWN'))
    : send(input);

test('paused and resumed, by signals and updates', async () => {
  await recordStream('collect-paused', async (handle) => {
    await statusWhere(handle, (s) => s.totals.cycles >= 1);
    await handle.executeUpdate(messages.UPDATES.pause);
    await statusWhere(handle, (s) => s.state === 'paused');
    await handle.signal(messages.resume);
    await statusWhere(handle, (s) => s.totals.cycles >= 3);
  });
});

test('stopped', async () => {
  await recordStream('collect-stopped', async (handle) => {
    await statusWhere(handle, (s) => s.totals.cycles >= 1);
    await handle.signal(messages.stop);
    await handle.result();
  });
});

test('cancelled', async () => {
  await recordStream('collect-cancelled', async (handle) => {
    await statusWhere(handle, (s) => s.totals.cycles >= 1);
    await handle.cancel();
    await handle.result();
  });
});

test('owed: a segment is lost and its window is read again', async () => {
  let lost = false;
  const deliverSegment = (input: DeliverSegmentInput) => {
    if (lost) return send(input);
    lost = true;
    return Promise.reject(ApplicationFailure.nonRetryable('gone', 'SEGMENT_MISSING'));
  };
  await recordStream(
    'collect-owed',
    (handle) => statusWhere(handle, (s) => s.totals.refetched > 0 && s.pendingByOutput.a === 0),
    { deliverSegment },
  );
});

test('two outputs, one of them down', async () => {
  const blocked = (handle: WorkflowHandle) =>
    statusWhere(handle, (s) => s.state === 'blocked' && s.totals.segments >= 3);
  await recordStream('collect-blocked', blocked, {
    deliverSegment: refuseB,
    outputs: ['a', 'b'],
  });
});

test('continued as new with segments that wait', async () => {
  const goesOn = (handle: WorkflowHandle) =>
    statusWhere(handle, (s) => s.totals.cycles === 6 && (s.pendingByOutput.b ?? 0) > 1);
  await recordStream('collect-continued', goesOn, {
    deliverSegment: refuseB,
    outputs: ['a', 'b'],
    cyclesPerRun: 4,
  });
});

test('failed and recovered', async () => {
  let queue = '';
  let refused = true;
  const fetchSegment = (input: FetchSegmentInput) => {
    if (refused) throw ApplicationFailure.nonRetryable('no', 'CORTEX_FORBIDDEN');
    return Promise.resolve(receiptFor(input, queue, 3));
  };
  await bench.withWorker({ fetchSegment, deliverSegment: send }, async (taskQueue) => {
    queue = taskQueue;
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    await statusWhere(handle, (s) => s.state === 'failing');
    refused = false;
    await handle.signal(messages.resume);
    await statusWhere(handle, (s) => s.totals.cycles >= 1 && s.state === 'waiting');
    await save('collect-recovered', handle);
  });
});

test('incident alerts: a batch, an incident of its own, an unchanged one', async () => {
  let queue = '';
  const fetchIncidentAlerts = (input: FetchIncidentAlertsInput): Promise<IncidentAlertsReceipt> => {
    const [first] = input.incidents;
    const leftOut = input.call === 'batch' && first !== undefined ? [first] : [];
    const taken = input.incidents.filter((incident) => !leftOut.includes(incident));
    const fetched = receiptFor(input, queue, 2);
    return Promise.resolve({
      ...fetched,
      taken: taken.map(({ id, modifiedMs }) => ({
        ...{ id, modifiedMs, alertCount: 1, missing: 0, alertKeys: '', artifacts: null },
      })),
      leftOut,
      batchMissing: false,
    });
  };
  const listChangedIncidents = (input: ListChangedInput) =>
    Promise.resolve({
      ...receiptFor({ segment: '', window: input.window }, '', 0),
      incidents: ['1', '2', '3'].map((id) => ({ id, modifiedMs: 1, alertCount: 1 })),
    });
  const activities = { listChangedIncidents, deliverSegment: send };
  await bench.withWorker(activities, async (taskQueue) => {
    queue = taskQueue;
    const limited = extraDataQueue(taskQueue, { input: 'test', inputId: '1' });
    await bench.withHost(limited, { fetchIncidentAlerts }, async () => {
      const settings = settingsFor(taskQueue, { periodMs: 300 });
      const more = { stream: 'incident_alerts', inputId: '1' } as const;
      const handle = await startStream(bench.client, settings, more);
      await statusWhere(handle, (s) => s.totals.cycles >= 3 && s.state === 'waiting');
      await save('collect-incident-alerts', handle);
    });
  });
});

/** Records a backfill of two lanes whose windows `fetch` reads, with what `steer` does to it. */
async function recordBackfill(
  name: string,
  fetch: (input: FetchSegmentInput, queue: string) => Promise<SegmentReceipt>,
  steer: (handle: WorkflowHandle<typeof backfill>) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  let queue = '';
  const activities = {
    fetchSegment: async (input: FetchSegmentInput) => await fetch(input, queue),
    resolveBackfill: (request: unknown) => {
      const identity = { input: 'test', inputId: '1', stream: 'alerts' } as const;
      const streams = [{ identity, settings: settingsFor(queue) }];
      return Promise.resolve(planBackfill(request, streams, Date.now()));
    },
    deliverSegment: send,
  };
  await bench.withWorker(activities, async (taskQueue) => {
    queue = taskQueue;
    const handle = await bench.client.workflow.start<typeof backfill>('backfill', {
      workflowId: `backfill/test/1/alerts/${name}`,
      taskQueue,
      args: [{ service: 'alerts', from: '2026-01-01', to: '2026-01-31' }],
    });
    await steer(handle);
    await handle.result();
    await save(name, handle);
  });
}

test('backfill: two lanes, a pause, an error and its cure', async () => {
  let fetches = 0;
  const fetch = (input: FetchSegmentInput, queue: string) => {
    fetches += 1;
    if (fetches === 4) throw ApplicationFailure.nonRetryable('no', 'CORTEX_FORBIDDEN');
    return Promise.resolve(receiptFor(input, queue, 3));
  };
  await recordBackfill('backfill', fetch, async (handle) => {
    await handle.signal(messages.pause);
    await handle.signal(messages.resume);
    const ask = async () => await handle.query(messages.progress);
    await eventually('failure', ask, (progress) => progress?.state === 'failing');
    await handle.signal(messages.resume);
  });
});

test('backfill: a lane fails again and again as the other goes on', async () => {
  let failures = 0;
  let reads = 0;
  const failed = Array.from({ length: 10 }, closedGate);
  await recordBackfill('backfill-lane-failing', async (input, queue) => {
    const early = input.window.fromMs < Date.UTC(2026, 0, 16);
    if (early && failures < failed.length) {
      failed[failures++]?.open();
      throw ApplicationFailure.retryable('no', 'CORTEX_UNAVAILABLE');
    }
    // Both end at the same time, so that some task of the workflow has both ends.
    if (!early) await failed[reads++]?.opened;
    return receiptFor(input, queue, 3);
  });
});
