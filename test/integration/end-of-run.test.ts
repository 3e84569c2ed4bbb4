import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('the next run waits until its pull is due, and a pause begins none', async () => {
  const recorder = recording();
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const settings = settingsFor(taskQueue);
    const handle = await startStream(bench.client, settings, { cyclesPerRun: 1 });
    const entity = bench.client.workflow.getHandle(handle.workflowId);
    const runId = async () => (await entity.describe()).runId;
    await eventually('the next run', runId, (id) => id !== handle.firstExecutionRunId);
    const { lastPull, nextPullMs } = await statusWhere(entity, (s) => s.state === 'waiting');
    expect(nextPullMs).toBe((lastPull?.pullingId ?? 0) + settings.periodMs);
    expect(recorder.fetched).toHaveLength(1);
    await entity.signal(messages.pause);
    const paused = await statusWhere(entity, (s) => s.state === 'paused');
    expect(paused.lastPull).toEqual(lastPull);
    await entity.signal(messages.resume);
    await statusWhere(entity, (s) => s.totals.cycles === 2);
    expect(recorder.fetched).toHaveLength(2);
    await entity.terminate();
  });
});
