import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, test } from 'vitest';
import type { DeliverSegmentInput, FetchSegmentInput } from '../../src/pull/receipts.js';
import * as messages from '../../src/workflows/messages.js';
import type { TestBench } from './stream-harness.js';
import {
  delivered,
  openBench,
  receiptFor,
  settingsFor,
  startStream,
  statusWhere,
} from './stream-harness.js';

/*
 * Records the histories that test/replay replays. Run it on released code, never on a change under test:
 *   RECORD_HISTORIES=1 npx vitest run test/integration/record-histories.test.ts
 */
const recording = process.env.RECORD_HISTORIES === '1';
const folder = join(import.meta.dirname, '..', 'replay', 'histories');

let bench: TestBench;
beforeAll(async () => {
  if (recording) bench = await openBench();
});
afterAll(async () => {
  if (recording) await bench.close();
});

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), historyToJSON(await handle.fetchHistory()));
  await handle.terminate();
}

const send = (input: DeliverSegmentInput) => Promise.resolve(delivered(input));

test.runIf(recording)('idle: cycles without a record', async () => {
  const fetchSegment = (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, '', 0));
  await bench.withWorker({ fetchSegment, deliverSegment: send }, async (taskQueue) => {
    const handle = await startStream(bench.client, settingsFor(taskQueue, { periodMs: 300 }));
    await statusWhere(handle, (s) => s.totals.cycles >= 5);
    await save('collect-idle', handle);
  });
});

test.runIf(recording)('busy: two outputs, one of them late', async () => {
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

test.runIf(recording)('reset: by signal, after a refused one', async () => {
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

test.runIf(recording)('failed and recovered', async () => {
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
