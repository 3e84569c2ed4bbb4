import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { BackfillPlan } from '../../../src/pull/backfill.js';
import type { StreamError } from '../../../src/pull/status.js';
import { newBackfill, progressOf } from '../../../src/workflows/backfill-state.js';
import type { BackfillWork } from '../../../src/workflows/backfill-state.js';
import { attempt, triesOf } from '../../../src/workflows/work-run.js';
import type { WorkRun } from '../../../src/workflows/work-run.js';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const CONTROL = { wakes: 0, cancelled: false, paused: false };
const PLAN: BackfillPlan = {
  identity: { input: 'test', inputId: '1', stream: 'alerts' },
  settings: {
    periodMs: 1,
    settleMs: 0,
    lookbackMs: 0,
    startTimeMs: null,
    outputs: ['devo'],
    taskQueuePrefix: 'test',
    hostGoneAfterMs: 1,
    searchAttributes: false,
  },
  range: { fromMs: 1, toMs: 3_000 },
  lanes: 3,
  warnings: [],
};

function errorUntil(nextTryMs: number, atMs = NOW_MS): StreamError {
  return { code: 'CORTEX_FORBIDDEN', message: 'no', atMs, failures: 1, nextTryMs };
}

/** What each lane has in force, after these errors. */
function withErrors(...errors: (StreamError | null)[]): BackfillWork {
  const work = newBackfill(PLAN, NOW_MS);
  for (const [at, lane] of work.lanes.entries()) lane.fetchError = errors[at] ?? null;
  return work;
}

function runsOf(work: BackfillWork): WorkRun[] {
  return work.lanes.map((reader) => ({
    identity: work.identity,
    state: work,
    control: CONTROL,
    reader,
    priority: 'backfill',
    hasRoom: () => true,
    changed: () => undefined,
  }));
}

test('a success ends the error of its own lane alone, and no other lane counts it', async () => {
  const work = newBackfill(PLAN, NOW_MS);
  const [first, second] = runsOf(work) as [WorkRun, WorkRun];
  const fail = () => Promise.reject(ApplicationFailure.retryable('no', 'CORTEX_UNAVAILABLE'));
  await attempt(first, fail);
  expect(triesOf(second.reader)).toBe(1);
  expect(await attempt(second, () => Promise.resolve('read'))).toBe('read');
  await attempt(first, fail);
  await attempt(second, fail);
  expect(work.lanes.map(({ fetchError }) => fetchError?.failures)).toEqual([2, 1, undefined]);
  await attempt(first, () => Promise.resolve('read'));
  expect(work.lanes.map(({ fetchError }) => fetchError?.failures)).toEqual([
    undefined,
    1,
    undefined,
  ]);
});

test('progress shows the error whose next try comes last, as long as any lane has one', () => {
  const longer = errorUntil(NOW_MS + 60_000);
  const later = errorUntil(NOW_MS + 11_000, NOW_MS + 1_000);
  const shown = (...errors: (StreamError | null)[]) => {
    const { state, fetchError } = progressOf(withErrors(...errors), CONTROL);
    return { state, fetchError };
  };
  expect(shown(null, later, longer)).toEqual({ state: 'failing', fetchError: longer });
  expect(shown(null, later, null)).toEqual({ state: 'failing', fetchError: later });
  expect(shown(null, null, null)).toEqual({ state: 'running', fetchError: null });
});
