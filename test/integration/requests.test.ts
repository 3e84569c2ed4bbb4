import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamIdOf } from '../../src/pull/backfill.js';
import type { collectService } from '../../src/workflows/collect-service.js';
import * as messages from '../../src/workflows/messages.js';
import { recording } from './recording.js';
import { openBench, settingsFor, startStream, statusWhere } from './stream-harness.js';
import type { TestBench } from './stream-harness.js';

let bench: TestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  return cause as ApplicationFailure;
}

test('an update answers what comes of it, and one that is not understood is refused with nothing done', async () => {
  const recorder = recording();
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    const before = await statusWhere(handle, (s) => s.state === 'waiting');
    expect(await handle.executeUpdate(messages.UPDATES.pause)).toBe('paused');
    expect((await handle.query(messages.status)).state).toBe('paused');

    const wrong = { start_time: '2026-01-31' } as messages.ResetRequest;
    const refused: unknown = await handle
      .executeUpdate(messages.UPDATES.resetPersistence, { args: [wrong] })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    const { cause } = refused as WorkflowUpdateFailedError;
    expect(cause).toMatchObject({ type: 'REQUEST_REFUSED' });
    expect(cause?.message).toContain('startTime');
    expect((await handle.query(messages.status)).lastReset).toBeNull();

    const startTime = new Date(before.startTimeMs - 60_000).toISOString();
    const answer = await handle.executeUpdate(messages.UPDATES.resetPersistence, {
      args: [{ startTime }],
    });
    expect(answer).toContain(startTime);
    await handle.executeUpdate(messages.UPDATES.resume);
    const after = await statusWhere(handle, (s) => s.totals.cycles === 2 && s.state === 'waiting');
    expect(after.startTimeMs).toBe(before.startTimeMs - 60_000);
    await handle.terminate();
  });
});

test('a stream that is started under another id, or with the state of another release, ends at once', async () => {
  await bench.withWorker(recording().activities, async (taskQueue) => {
    const settings = settingsFor(taskQueue);
    const identity = { input: 'test', inputId: randomUUID(), stream: 'alerts' } as const;
    const start = async (workflowId: string, more: object) =>
      await bench.client.workflow.start<typeof collectService>('collectService', {
        workflowId,
        taskQueue,
        args: [{ ...identity, settings, ...more }],
      });
    const foreign = await failureOf(await start(randomUUID(), {}));
    expect(foreign.type).toBe('STREAM_ID_FOREIGN');
    expect(foreign.message).toContain(streamIdOf(identity));
    const older = await start(streamIdOf(identity), { state: { schemaVersion: 0 } });
    expect((await failureOf(older)).type).toBe('STATE_VERSION_FOREIGN');
  });
});
