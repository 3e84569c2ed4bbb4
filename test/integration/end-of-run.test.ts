import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeliverSegmentInput } from '../../src/pull/receipts.js';
import * as messages from '../../src/workflows/messages.js';
import { eventually } from './eventually.js';
import { recording } from './recording.js';
import type { TestBench } from './stream-harness.js';
import { openBench, settingsFor, startStream, statusWhere } from './stream-harness.js';

let bench: TestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

test('continues as new with its state, and stops when asked', async () => {
  const recorder = recording();
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue, { periodMs: 100 }), {
      cyclesPerRun: 2,
    });
    const { runId } = await handle.describe();
    const entity = bench.client.workflow.getHandle(handle.workflowId);
    await statusWhere(entity, (s) => s.totals.cycles >= 7);
    expect((await entity.describe()).runId).not.toBe(runId);
    const froms = recorder.fetched.map((each) => each.window.fromMs);
    expect(froms[0]).toBeLessThanOrEqual(froms[1] ?? 0);
    await entity.signal(messages.stop);
    await entity.result();
    expect((await entity.describe()).status.name).toBe('COMPLETED');
  });
});

test('sends a segment once that takes longer than the end of a run waits for an output that is down', async () => {
  const recorder = recording();
  const begun: string[] = [];
  const slowly = async (input: DeliverSegmentInput) => {
    begun.push(input.segment.name);
    const { cancellationSignal, heartbeat } = Context.current();
    const beating = setInterval(heartbeat, 5_000);
    try {
      await delay(33_000, undefined, { signal: cancellationSignal });
    } finally {
      clearInterval(beating);
    }
    return await recorder.activities.deliverSegment(input);
  };
  await bench.withWorker({ ...recorder.activities, deliverSegment: slowly }, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue), { cyclesPerRun: 1 });
    const entity = bench.client.workflow.getHandle(handle.workflowId);
    // The next run pulls at once, and what it fetched goes out after that of the first.
    await eventually('the second delivery', () => new Set(begun).size === 2);
    expect(begun).toHaveLength(2);
    await entity.terminate();
  });
});
