import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeliverSegmentInput, FetchSegmentInput } from '../../src/pull/receipts.js';
import { watermarkMs } from '../../src/pull/work.js';
import type { Work } from '../../src/pull/work.js';
import * as messages from '../../src/workflows/messages.js';
import { closedGate } from './gate.js';
import { untilScheduled } from './pending-activities.js';
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

/** What the activities do beside noting what they are asked. */
interface Trouble {
  /** The fetch goes on until it is cancelled. */
  fetching?: boolean;
  fetchRefused?: boolean;
  /** The delivery waits for this. */
  delivery?: Promise<void>;
  outputDown?: boolean;
}

function troubled(trouble: Trouble) {
  const recorder = recording();
  const activities = {
    fetchSegment: async (input: FetchSegmentInput) => {
      if (trouble.fetchRefused === true) throw ApplicationFailure.nonRetryable('no', 'REFUSED');
      if (trouble.fetching === true) {
        const beating = setInterval(() => Context.current().heartbeat(), 1_000);
        await Context.current().cancelled.finally(() => clearInterval(beating));
      }
      return await recorder.activities.fetchSegment(input);
    },
    deliverSegment: async (input: DeliverSegmentInput) => {
      if (trouble.outputDown === true) throw ApplicationFailure.nonRetryable('no', 'DOWN');
      await trouble.delivery;
      return await recorder.activities.deliverSegment(input);
    },
  };
  return { recorder, activities };
}

describe.concurrent('Request Cancellation ends a stream with its state', () => {
  const states: [string, Trouble, (handle: WorkflowHandle) => Promise<unknown>][] = [
    ['idle', {}, (handle) => statusWhere(handle, (s) => s.state === 'waiting')],
    ['fetching', { fetching: true }, (handle) => untilScheduled(handle, 'fetchSegment')],
    [
      'paused',
      {},
      async (handle) => {
        await handle.signal(messages.pause);
        await statusWhere(handle, (s) => s.state === 'paused');
      },
    ],
    [
      'failing',
      { fetchRefused: true },
      (handle) => statusWhere(handle, (s) => s.state === 'failing'),
    ],
    [
      'blocked by an output that is down',
      { outputDown: true },
      (handle) => statusWhere(handle, (s) => s.state === 'blocked'),
    ],
  ];
  test.each(states)('%s: the next run goes on with it', async (_, trouble, until) => {
    const { recorder, activities } = troubled(trouble);
    await bench.withWorker(activities, async (taskQueue) => {
      recorder.on(taskQueue);
      const settings = settingsFor(taskQueue);
      const handle = await startStream(bench.client, settings);
      await until(handle);
      const before = await handle.query(messages.status);
      await handle.cancel();
      const state: Work = await handle.result();
      expect((await handle.describe()).status.name).toBe('COMPLETED');
      const [lane] = state.lanes;
      expect(lane?.checkpoint.watermarkMs).toBeGreaterThanOrEqual(before.fetchedToMs);

      Object.assign(trouble, { fetching: false, fetchRefused: false, outputDown: false });
      const next = await startStream(bench.client, settings, { state });
      await next.signal(messages.resume);
      const after = await statusWhere(
        next,
        (s) => s.watermarkMs > watermarkMs(state) && s.pendingByOutput.devo === 0,
      );
      expect(after.totals.events).toBe(recorder.sent.length);
      expect(recorder.fetched.at(-1)?.window.fromMs).toBeLessThanOrEqual(watermarkMs(state) + 1);
      await next.terminate();
    });
  });

  test('delivering: what is fetched is delivered first, once', async () => {
    const gate = closedGate();
    const { recorder, activities } = troubled({ delivery: gate.opened });
    await bench.withWorker(activities, async (taskQueue) => {
      recorder.on(taskQueue);
      const handle = await startStream(bench.client, settingsFor(taskQueue));
      await untilScheduled(handle, 'deliverSegment');
      await handle.cancel();
      await statusWhere(handle, (s) => s.state === 'stopped');
      gate.open();
      const state: Work = await handle.result();
      expect(state.pending).toEqual([]);
      expect(recorder.sent).toHaveLength(1);
    });
  });
});

describe.concurrent('settings that come to a stream that is about to end', () => {
  test.each(['stop', 'cancel'] as const)('after a %s: it goes on', async (how) => {
    const gate = closedGate();
    const trouble: Trouble = { delivery: gate.opened };
    const { recorder, activities } = troubled(trouble);
    await bench.withWorker(activities, async (taskQueue) => {
      recorder.on(taskQueue);
      const settings = settingsFor(taskQueue);
      // The delivery keeps it from its end, and a fetch is under way beside it.
      const { workflowId } = await startStream(bench.client, settings);
      const stream = bench.client.workflow.getHandle(workflowId);
      await untilScheduled(stream, 'deliverSegment');
      trouble.fetching = true;
      await stream.signal(messages.pullNow);
      await untilScheduled(stream, 'fetchSegment');
      await (how === 'stop' ? stream.signal(messages.stop) : stream.cancel());
      await statusWhere(stream, (s) => s.state === 'stopped');
      trouble.fetching = false;
      await stream.signal(messages.reconfigure, settings);
      await statusWhere(stream, (s) => s.state !== 'stopped');
      gate.open();
      await statusWhere(stream, (s) => s.state === 'waiting' && s.pendingByOutput.devo === 0);
      expect(recorder.sent).toHaveLength(2);
      // Another run, so that it can be cancelled again.
      await stream.cancel();
      await stream.result();
    });
  });
});
