import { randomUUID } from 'node:crypto';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planBackfill } from '../../src/activities/plan-backfill.js';
import { toFailure } from '../../src/activities/failure.js';
import type { BackfillProgress, BackfillRequest } from '../../src/pull/backfill.js';
import type { FetchSegmentInput } from '../../src/pull/receipts.js';
import type { backfill } from '../../src/workflows/backfill.js';
import * as messages from '../../src/workflows/messages.js';
import { eventually } from './eventually.js';
import { closedGate } from './gate.js';
import { untilIdle } from './pending-activities.js';
import { recording } from './recording.js';
import type { TestBench } from './stream-harness.js';
import { openBench, settingsFor } from './stream-harness.js';

const DAY_MS = 24 * 3_600_000;
const REQUEST: BackfillRequest = { service: 'alerts', from: '2026-01-01', to: '2026-01-31' };
/** A few of the windows of the whole range. */
const ANSWERED = 4;

let bench: TestBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

/** Activities of a tenant with 2,000 records a day, and what they were asked. */
function tenant() {
  const recorder = recording(({ fromMs, toMs }) => Math.ceil(((toMs - fromMs) / DAY_MS) * 2_000));
  let queue = '';
  return {
    ...recorder,
    on(taskQueue: string) {
      queue = taskQueue;
      recorder.on(taskQueue);
    },
    activities: {
      ...recorder.activities,
      resolveBackfill: (request: unknown) => {
        const identity = { input: 'test', inputId: '1', stream: 'alerts' } as const;
        try {
          const streams = [{ identity, settings: settingsFor(queue) }];
          return Promise.resolve(planBackfill(request, streams, Date.now()));
        } catch (error) {
          return Promise.reject(toFailure(error));
        }
      },
    },
  };
}

/** A tenant that answers for some windows, and for the others only once the test asked for something. */
function heldUp() {
  const acme = tenant();
  const asked = closedGate();
  let calls = 0;
  const fetchSegment = async (input: FetchSegmentInput) => {
    calls += 1;
    if (calls > ANSWERED) await asked.opened;
    return await acme.activities.fetchSegment(input);
  };
  return { ...acme, goOn: () => asked.open(), activities: { ...acme.activities, fetchSegment } };
}

async function start(
  taskQueue: string,
  request: unknown = REQUEST,
): Promise<WorkflowHandle<typeof backfill>> {
  return await bench.client.workflow.start<typeof backfill>('backfill', {
    workflowId: `backfill/${randomUUID()}`,
    taskQueue,
    args: [request as BackfillRequest],
  });
}

async function progressWhere(
  handle: WorkflowHandle,
  wanted: (progress: BackfillProgress) => boolean,
): Promise<BackfillProgress> {
  const found = await eventually(
    'a progress',
    async () => await handle.query<BackfillProgress | null>('progress'),
    (progress) => progress !== null && wanted(progress),
  );
  if (found === null) throw new Error('expected a progress');
  return found;
}

test('pulls the whole range once, in adjacent lanes, and ends with what it did', async () => {
  const acme = tenant();
  await bench.withWorker(acme.activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue);
    const result = await handle.result();
    expect(result).toMatchObject({ state: 'done', share: 1, pendingByOutput: { devo: 0 } });
    const windows = acme.fetched.map(({ window }) => window).sort((a, b) => a.fromMs - b.fromMs);
    expect(windows[0]?.fromMs).toBe(Date.UTC(2026, 0, 1));
    expect(windows.at(-1)?.toMs).toBe(Date.UTC(2026, 0, 31) - 1);
    for (const [at, window] of windows.entries()) {
      if (at > 0) expect(window.fromMs).toBe((windows[at - 1]?.toMs ?? 0) + 1);
    }
    expect(acme.fetched.every(({ priority }) => priority === 'backfill')).toBe(true);
    expect(new Set(acme.sent.map(({ segment }) => segment.name)).size).toBe(acme.sent.length);
    expect(acme.sent).toHaveLength(acme.fetched.length);
  });
});

test('a pause holds within the windows in hand, and resume goes on', async () => {
  const acme = heldUp();
  await bench.withWorker(acme.activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue);
    await progressWhere(handle, ({ share }) => share > 0);
    await handle.signal(messages.pause);
    const atPause = acme.fetched.length;
    acme.goOn();
    await progressWhere(handle, ({ state }) => state === 'paused');
    await untilIdle(handle);
    await progressWhere(handle, ({ pendingByOutput }) => pendingByOutput.devo === 0);
    expect(acme.fetched.length - atPause).toBeLessThanOrEqual(2);
    const paused = acme.fetched.length;
    // A worker's round trip with nothing to do shows that nothing goes on.
    for (let asked = 0; asked < 10; asked++) await handle.query(messages.progress);
    expect(acme.fetched.length).toBe(paused);
    await handle.signal(messages.resume);
    expect((await handle.result()).share).toBe(1);
  });
});

test('a cancellation delivers what was fetched, fetches no more, and ends as cancelled', async () => {
  const acme = heldUp();
  await bench.withWorker(acme.activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue);
    await progressWhere(handle, ({ share }) => share > 0);
    await handle.cancel();
    acme.goOn();
    const end = await handle.result().catch((error: unknown) => error);
    expect(end).toBeInstanceOf(WorkflowFailedError);
    expect((end as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(acme.sent).toHaveLength(acme.fetched.length);
    const progress = await handle.query(messages.progress);
    expect(progress).toMatchObject({ state: 'cancelled', pendingByOutput: { devo: 0 } });
    expect(progress?.share).toBeLessThan(1);
  });
});

test.each([
  ['yesterday', 'BACKFILL_REQUEST_INVALID', 'found "yesterday"'],
  [{ ...REQUEST, to: '2025-01-01' }, 'BACKFILL_RANGE_INVALID', 'expected from to lie before to'],
  [{ ...REQUEST, service: 'alert' }, 'BACKFILL_STREAM_UNKNOWN', 'expected alerts'],
])('the request %j fails the workflow with a plain reason', async (request, type, text) => {
  const acme = tenant();
  await bench.withWorker(acme.activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue, request);
    const end = await handle.result().catch((error: unknown) => error);
    const failure = (end as WorkflowFailedError).cause;
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type });
    expect(failure?.message).toContain(text);
    expect(acme.fetched).toEqual([]);
  });
});

test('waits after an error and goes on where it was', async () => {
  const acme = tenant();
  let refused = true;
  const activities = {
    ...acme.activities,
    fetchSegment: (input: FetchSegmentInput) => {
      if (refused && acme.fetched.length >= 3) {
        throw ApplicationFailure.nonRetryable('wrong key', 'CORTEX_UNAUTHORIZED');
      }
      return acme.activities.fetchSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue);
    const failing = await progressWhere(handle, ({ state }) => state === 'failing');
    expect(failing.fetchError?.code).toBe('CORTEX_UNAUTHORIZED');
    refused = false;
    await handle.signal(messages.resume);
    expect((await handle.result()).share).toBe(1);
    const froms = acme.fetched.map(({ window }) => window.fromMs);
    expect(new Set(froms).size).toBe(froms.length);
  });
});

test('an error of one lane stays while another goes on, and ends with its own success', async () => {
  const acme = tenant();
  const gates = Array.from({ length: 6 }, closedGate);
  let refused = true;
  let others = 0;
  const activities = {
    ...acme.activities,
    fetchSegment: async (input: FetchSegmentInput) => {
      const first = input.window.fromMs < Date.UTC(2026, 0, 16);
      if (first && refused) throw ApplicationFailure.nonRetryable('no', 'CORTEX_FORBIDDEN');
      if (!first) await gates[others++]?.opened;
      return await acme.activities.fetchSegment(input);
    },
  };
  await bench.withWorker(activities, async (taskQueue) => {
    acme.on(taskQueue);
    const handle = await start(taskQueue);
    const openGates = (count: number) => {
      for (const each of gates.slice(0, count)) each.open();
    };
    const afterOthers = async (count: number) => {
      openGates(count);
      return await progressWhere(handle, ({ totals }) => totals.segments === count);
    };
    try {
      const failing = { state: 'failing', fetchError: { code: 'CORTEX_FORBIDDEN', failures: 1 } };
      expect(await progressWhere(handle, (p) => p.fetchError !== null)).toMatchObject(failing);
      expect(await afterOthers(3)).toMatchObject(failing);
      await handle.signal(messages.resume);
      await progressWhere(handle, ({ fetchError }) => fetchError?.failures === 2);
      expect(await afterOthers(5)).toMatchObject({ ...failing, fetchError: { failures: 2 } });
      refused = false;
      await handle.signal(messages.resume);
      // The other lane waits for the last gate: this success is the failed lane's own.
      await progressWhere(handle, (p) => p.state === 'running' && p.fetchError === null);
    } finally {
      openGates(gates.length);
    }
    expect(await handle.result()).toMatchObject({ state: 'done', share: 1, fetchError: null });
    const froms = acme.fetched.map(({ window }) => window.fromMs);
    expect(new Set(froms).size).toBe(froms.length);
    expect(acme.sent).toHaveLength(froms.length);
  });
});
