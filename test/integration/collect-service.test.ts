import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  DeliverSegmentInput,
  FetchSegmentInput,
  ListChangedInput,
} from '../../src/pull/receipts.js';
import { extraDataQueue } from '../../src/pull/task-queues.js';
import * as messages from '../../src/workflows/messages.js';
import { eventually } from './eventually.js';
import { closedGate } from './gate.js';
import { untilScheduled } from './pending-activities.js';
import { recording } from './recording.js';
import type { TestBench } from './stream-harness.js';
import { openBench, receiptFor, settingsFor, startStream, statusWhere } from './stream-harness.js';

let bench: TestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

test('pulls from the start time to now, delivers, and waits for the next period', async () => {
  const recorder = recording();
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const settings = settingsFor(taskQueue);
    const handle = await startStream(bench.client, settings);
    const status = await statusWhere(handle, (s) => s.state === 'waiting' && s.totals.events === 1);
    await statusWhere(handle, (s) => s.pendingByOutput.devo === 0);
    expect(recorder.fetched[0]?.window.fromMs).toBe(settings.startTimeMs);
    expect(status.fetchedToMs).toBe(recorder.fetched[0]?.window.toMs);
    expect(recorder.sent.map((each) => each.output)).toEqual(['devo']);
    await handle.terminate();
  });
});

/** What a history says of each pull that begins with one timer and is over before the next. */
function idleCycles({ events }: Awaited<ReturnType<WorkflowHandle['fetchHistory']>>) {
  const all = events ?? [];
  const fired = all.flatMap(({ timerFiredEventAttributes: timer }, at) => (timer ? [at] : []));
  return fired
    .map((at, number) => all.slice(at, fired[number + 1] ?? at))
    .filter((cycle) => cycle.filter((e) => e.activityTaskScheduledEventAttributes).length === 1);
}

test('an idle cycle costs at most 12 history events', async () => {
  const recorder = recording(() => 0);
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    const handle = await startStream(bench.client, settingsFor(taskQueue, { periodMs: 500 }));
    let costs: number[] = [];
    await expect
      .poll(async () => {
        costs = idleCycles(await handle.fetchHistory()).map((cycle) => cycle.length);
        return costs.length;
      })
      .toBeGreaterThan(4);
    // A worker that is late, or a task that is given to it once more, only adds to them.
    expect(Math.min(...costs)).toBeLessThanOrEqual(12);
    await handle.terminate();
  });
});

test('an error that nothing but an operator cures shows in the status, and resume tries again at once', async () => {
  const recorder = recording();
  let refused = true;
  const activities = {
    ...recorder.activities,
    fetchSegment: (input: FetchSegmentInput) => {
      if (refused) throw ApplicationFailure.nonRetryable('wrong key', 'CORTEX_UNAUTHORIZED');
      return recorder.activities.fetchSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    const failing = await statusWhere(handle, (s) => s.state === 'failing');
    expect(failing.fetchError?.code).toBe('CORTEX_UNAUTHORIZED');
    expect(failing.fetchError?.nextTryMs).toBeGreaterThan(Date.now());
    refused = false;
    await handle.signal(messages.resume);
    const cured = await statusWhere(handle, (s) => s.totals.events >= 1);
    expect(cured.fetchError).toBeNull();
    await handle.terminate();
  });
});

test('an error that time may cure shows in the status at its first try, and stays until one goes well', async () => {
  const recorder = recording();
  const looked = closedGate();
  let tries = 0;
  let failing = true;
  const activities = {
    ...recorder.activities,
    fetchSegment: async (input: FetchSegmentInput) => {
      if (tries > 0) await looked.opened;
      tries += 1;
      if (failing) throw ApplicationFailure.retryable('429', 'CORTEX_RATE_LIMITED');
      return await recorder.activities.fetchSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    const first = await statusWhere(handle, (s) => s.fetchError !== null);
    expect({ tries, code: first.fetchError?.code }).toEqual({
      tries: 1,
      code: 'CORTEX_RATE_LIMITED',
    });
    looked.open();
    const second = await statusWhere(handle, (s) => s.fetchError?.failures === 2);
    expect({ tries, state: second.state }).toEqual({ tries: 4, state: 'failing' });
    failing = false;
    await handle.signal(messages.pullNow);
    const cured = await statusWhere(handle, (s) => s.totals.events >= 1);
    expect(cured.fetchError).toBeNull();
    await handle.terminate();
  });
});

test('a reset pulls from its start time once more, and a malformed one is refused into the status', async () => {
  const recorder = recording();
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const handle = await startStream(bench.client, settingsFor(taskQueue));
    await statusWhere(handle, (s) => s.state === 'waiting');
    await handle.signal(messages.resetPersistence, {
      startTime: 'yesterday',
      requestId: 'a',
    });
    const refused = await statusWhere(handle, (s) => s.refusedSignal !== null);
    expect(refused.refusedSignal?.message).toContain('"yesterday"');
    const startTimeMs = Date.now() - 600_000;
    await handle.signal(messages.resetPersistence, { startTime: startTimeMs, requestId: 'a' });
    const status = await statusWhere(
      handle,
      (s) => s.startTimeMs === startTimeMs && s.state === 'waiting',
    );
    expect(status.refusedSignal).toBeNull();
    expect(recorder.fetched.some((each) => each.window.fromMs === startTimeMs)).toBe(true);
    await handle.terminate();
  });
});

test('paused, it rests until resumed, whatever the period', async () => {
  const recorder = recording(() => 0);
  await bench.withWorker(recorder.activities, async (taskQueue) => {
    const handle = await startStream(bench.client, settingsFor(taskQueue, { periodMs: 200 }));
    await statusWhere(handle, (s) => s.totals.cycles > 1);
    await handle.signal(messages.pause);
    const paused = await statusWhere(handle, (s) => s.state === 'paused');
    await handle.signal(messages.pullNow);
    // The period passes several times, and each answer is a round trip of the worker's.
    await delay(1_000);
    for (let asked = 0; asked < 10; asked++) await handle.query(messages.status);
    expect((await handle.query(messages.status)).totals.cycles).toBe(paused.totals.cycles);
    await handle.signal(messages.resume);
    await statusWhere(handle, (s) => s.totals.cycles > paused.totals.cycles);
    await handle.terminate();
  });
});

test('one output down: the other gets everything, and the first all of it when it is back', async () => {
  const recorder = recording();
  let down = true;
  const activities = {
    ...recorder.activities,
    deliverSegment: (input: DeliverSegmentInput) => {
      if (down && input.output === 'b') {
        throw ApplicationFailure.nonRetryable('refused', 'DEVO_CONNECT_REFUSED');
      }
      return recorder.activities.deliverSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    recorder.on(taskQueue);
    const settings = settingsFor(taskQueue, { outputs: ['a', 'b'], periodMs: 200 });
    const handle = await startStream(bench.client, settings);
    const blocked = await statusWhere(handle, (s) => (s.pendingByOutput.b ?? 0) >= 4);
    expect(blocked.outputErrors.b?.code).toBe('DEVO_CONNECT_REFUSED');
    expect(blocked.watermarkMs).toBeLessThan(blocked.fetchedToMs);
    down = false;
    await handle.signal(messages.pause);
    await handle.signal(messages.resume);
    await handle.signal(messages.pause);
    await statusWhere(handle, (s) => Object.values(s.pendingByOutput).every((n) => n === 0));
    const names = (output: string) =>
      recorder.sent.filter((each) => each.output === output).map((each) => each.segment.name);
    expect(names('b')).toEqual(names('a'));
    expect(new Set(names('b')).size).toBe(names('b').length);
    await handle.terminate();
  });
});

test('a segment whose host is gone is fetched again elsewhere', async () => {
  const recorder = recording();
  let fetches = 0;
  const activities = {
    ...recorder.activities,
    fetchSegment: (input: FetchSegmentInput) => {
      fetches += 1;
      return fetches === 1
        ? Promise.resolve(receiptFor(input, 'nobody-home', 1))
        : recorder.activities.fetchSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    recorder.on(taskQueue);
    // Also the time that a worker has to take up the second, good delivery.
    const settings = settingsFor(taskQueue, { hostGoneAfterMs: 10_000 });
    const handle = await startStream(bench.client, settings);
    const status = await statusWhere(
      handle,
      (s) => s.totals.refetched === 1 && s.pendingByOutput.devo === 0,
    );
    expect(status.watermarkMs).toBe(status.fetchedToMs);
    expect(recorder.sent).toHaveLength(1);
    await handle.terminate();
  });
});

test('stops although nobody takes the call that it waits for', async () => {
  const listChangedIncidents = (input: ListChangedInput) =>
    Promise.resolve({
      ...receiptFor({ segment: '', window: input.window }, '', 0),
      incidents: [{ id: '1', modifiedMs: 1, alertCount: 3 }],
    });
  await bench.withWorker({ listChangedIncidents }, async (taskQueue) => {
    const settings = settingsFor(taskQueue);
    const handle = await startStream(bench.client, settings, { stream: 'incident_alerts' });
    await untilScheduled(handle, 'fetchIncidentAlerts');
    await handle.signal(messages.stop);
    await handle.result();
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });
});

test('an error of the calls for alerts stays in the status although the list before them can be read', async () => {
  const looked = closedGate();
  let lists = 0;
  let calls = 0;
  const activities = {
    listChangedIncidents: async (input: ListChangedInput) => {
      if (lists > 0) await looked.opened;
      lists += 1;
      const receipt = receiptFor({ segment: '', window: input.window }, '', 0);
      return { ...receipt, incidents: [{ id: '1', modifiedMs: 1, alertCount: 3 }] };
    },
  };
  const fetchIncidentAlerts = () => {
    calls += 1;
    throw ApplicationFailure.create({
      type: 'CORTEX_RATE_LIMITED',
      message: '429',
      nextRetryDelay: '10 ms',
    });
  };
  await bench.withWorker(activities, async (taskQueue) => {
    const queue = extraDataQueue(taskQueue, { input: 'test', inputId: '1' });
    await bench.withHost(queue, { fetchIncidentAlerts }, async () => {
      const settings = settingsFor(taskQueue);
      const handle = await startStream(bench.client, settings, { stream: 'incident_alerts' });
      const first = await statusWhere(handle, (s) => s.fetchError !== null);
      expect({ calls, code: first.fetchError?.code }).toEqual({
        calls: 2,
        code: 'CORTEX_RATE_LIMITED',
      });
      looked.open();
      await eventually('two lists', () => lists >= 2 && calls >= 3);
      const again = await handle.query(messages.status);
      expect(again.fetchError?.code).toBe('CORTEX_RATE_LIMITED');
      const second = await statusWhere(handle, (s) => s.fetchError?.failures === 2);
      expect({ calls, state: second.state }).toEqual({ calls: 5, state: 'failing' });
      await handle.terminate();
    });
  });
});
