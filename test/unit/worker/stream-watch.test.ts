import { expect, test } from 'vitest';
import { createStreamWatch } from '../../../src/worker/observe/stream-watch.js';
import type { StreamReport } from '../../../src/worker/status.js';
import { NOW_MS, reportWith } from './stream-views.js';

function watchOf(reports: StreamReport[]) {
  const clock = { nowMs: NOW_MS };
  let pinged = Promise.resolve();
  let reads = 0;
  const ended: string[] = [];
  const watch = createStreamWatch({
    readStreams: () => {
      reads += 1;
      const report = reports.shift();
      return report === undefined ? Promise.reject(new Error('gone')) : Promise.resolve([report]);
    },
    pingTemporal: () => pinged,
    readBacklog: () => Promise.resolve({ segments: 2, bytes: 30 }),
    onEnded: ({ workflowId }) => ended.push(workflowId),
    nowMs: () => clock.nowMs,
  });
  return {
    watch,
    ended,
    reads: () => reads,
    loseTemporal: () => {
      pinged = Promise.reject(new Error('unreachable'));
    },
    lookAfter: async (ms: number) => {
      clock.nowMs += ms;
      await watch.look();
      return watch.state().streams[0];
    },
  };
}

test('knows nothing before the first look', () => {
  expect(watchOf([]).watch.state()).toEqual({
    lookedMs: null,
    temporalReachable: false,
    backlog: null,
    streams: [],
  });
});

test('says when a watermark was last seen to move', async () => {
  const { lookAfter } = watchOf([
    reportWith({ watermarkMs: 1 }),
    reportWith({ watermarkMs: 1 }),
    reportWith({ watermarkMs: 2 }),
  ]);
  expect((await lookAfter(0))?.advancedMs).toBe(NOW_MS);
  expect((await lookAfter(15_000))?.advancedMs).toBe(NOW_MS);
  expect((await lookAfter(15_000))?.advancedMs).toBe(NOW_MS + 30_000);
});

test('remembers the end of the last pull while the next one runs', async () => {
  const pull = {
    pullingId: 1,
    fromMs: 1,
    toMs: 2,
    requests: 1,
    records: 0,
    duplicates: 0,
    events: 0,
    segments: 0,
  };
  const { lookAfter, watch } = watchOf([
    reportWith({ lastPull: { ...pull, endedMs: 5 } }),
    reportWith({ lastPull: { ...pull, endedMs: null } }),
    reportWith({ lastPull: { ...pull, endedMs: null } }),
  ]);
  await lookAfter(0);
  expect((await lookAfter(0))?.lastSuccessMs).toBe(5);
  watch.pullEnded('collect/tenant/1/alerts', 9);
  expect((await lookAfter(0))?.lastSuccessMs).toBe(9);
});

test('keeps the last status of a stream that gives no answer', async () => {
  const problem = { code: 'STREAM_NO_ANSWER', message: 'm' };
  const { lookAfter } = watchOf([
    reportWith({ watermarkMs: 7 }),
    { ...reportWith(), status: null, problem },
  ]);
  await lookAfter(0);
  const view = await lookAfter(15_000);
  expect(view?.status?.watermarkMs).toBe(7);
  expect(view?.problem).toEqual(problem);
  expect(view?.advancedMs).toBe(NOW_MS);
});

test('a stream that has ended is said to have once', async () => {
  const problem = { code: 'STREAM_ENDED', message: 'terminated' };
  const gone = { ...reportWith(), status: null, problem };
  const { lookAfter, ended } = watchOf([reportWith(), gone, gone]);
  await lookAfter(0);
  expect(ended).toEqual([]);
  expect((await lookAfter(15_000))?.problem).toEqual(problem);
  await lookAfter(15_000);
  expect(ended).toEqual([gone.workflowId]);
});

test('a look without Temporal says so and keeps the rest', async () => {
  const { watch, loseTemporal, lookAfter } = watchOf([reportWith({ watermarkMs: 7 })]);
  await lookAfter(0);
  loseTemporal();
  await lookAfter(15_000);
  expect(watch.state()).toMatchObject({
    lookedMs: NOW_MS + 15_000,
    temporalReachable: false,
    backlog: { segments: 2, bytes: 30 },
    streams: [{ status: { watermarkMs: 7 } }],
  });
});

test('a look that still runs is not doubled', async () => {
  const { watch, reads } = watchOf([reportWith(), reportWith()]);
  await Promise.all([watch.look(), watch.look()]);
  expect(reads()).toBe(1);
});

test('is idle once the look under way has ended, and begins none for that', async () => {
  const { watch, reads } = watchOf([reportWith(), reportWith()]);
  await watch.idle();
  expect(reads()).toBe(0);
  void watch.look();
  await watch.idle();
  expect({ reads: reads(), looked: watch.state().lookedMs }).toEqual({ reads: 1, looked: NOW_MS });
});
