import { expect, test } from 'vitest';
import type { SegmentReceipt } from '../../../src/pull/receipts.js';
import { createPullLines } from '../../../src/worker/observe/pull-lines.js';
import { keptLog } from './log-lines.js';
import { IDENTITY, NOW_MS, PULLED, statusWith } from './stream-views.js';

const ID = 'collect/tenant/1/alerts';
const PULL = {
  pullingId: NOW_MS,
  endedMs: NOW_MS + 4_000,
  fromMs: 1,
  toMs: NOW_MS - 60_000,
  requests: 6,
  records: 500,
  duplicates: 88,
  events: 412,
  segments: 1,
};

function linesOf() {
  const clock = { nowMs: NOW_MS };
  const { log, lines } = keptLog();
  const { settings } = statusWith();
  const pulls = createPullLines(
    log,
    () => [{ identity: IDENTITY, workflowId: ID, settings }],
    () => clock.nowMs,
  );
  return { pulls, lines, clock, messages: () => lines.map(({ msg }) => msg) };
}

function windowOf(events: number): SegmentReceipt {
  return {
    segment: null,
    reachedNow: false,
    window: { fromMs: 1, toMs: NOW_MS - 120_000 },
    counts: { requests: 2, records: events, duplicates: 1, malformed: 0, rereads: 0 },
    newKeys: [],
    warnings: [],
  };
}

test('says once that a pull started, however many windows and tries it takes', () => {
  const { pulls, lines } = linesOf();
  for (const pullingId of [1, 1, 1, 2]) pulls.fetching({ ...PULLED, pullingId });
  expect(lines).toMatchObject([
    { msg: 'Pull started', ...IDENTITY, pullingId: '1', periodSeconds: 300 },
    { msg: 'Pull started', pullingId: '2' },
  ]);
});

test('ends a pull with its statistics, that the data is up to date, and the time until the next', () => {
  const { pulls, lines } = linesOf();
  pulls.ended(ID, PULL);
  expect(lines).toMatchObject([
    {
      msg: 'Pull statistics',
      ...IDENTITY,
      pullingId: String(NOW_MS),
      requests: 6,
      received: 500,
      duplicatesLeftOut: 88,
      events: 412,
      eventsPerSecond: 103,
    },
    { msg: 'Data up to date', upTo: '2026-01-31T11:59:00.000Z' },
    { msg: 'Pull cycle completed', elapsedSeconds: 4, waitSeconds: 296 },
  ]);
});

test('says so when a pull took longer than its period', () => {
  const { pulls, lines } = linesOf();
  pulls.ended(ID, { ...PULL, endedMs: NOW_MS + 301_000 });
  expect(lines[2]).toMatchObject({ elapsedSeconds: 301, waitSeconds: 0 });
  expect(lines[2]?.msg).toContain('took longer than its period');
});

test('a long pull tells every minute how far it is', () => {
  const { pulls, lines, clock, messages } = linesOf();
  pulls.fetching(PULLED);
  for (const seconds of [20, 59, 61, 100]) {
    clock.nowMs = NOW_MS + seconds * 1_000;
    pulls.fetched(PULLED, windowOf(100));
  }
  expect(messages()).toEqual(['Pull started', 'Pull statistics so far']);
  expect(lines[1]).toMatchObject({
    requests: 6,
    received: 300,
    duplicatesLeftOut: 3,
    readTo: '2026-01-31T11:58:00.000Z',
  });
});

test('a backfill beside it neither starts a pull nor counts in one', () => {
  const { pulls, lines, clock, messages } = linesOf();
  pulls.fetching({ ...PULLED, priority: 'backfill' });
  expect(messages()).toEqual([]);
  pulls.fetching(PULLED);
  clock.nowMs += 61_000;
  pulls.fetched({ ...PULLED, pullingId: 1, priority: 'backfill' }, windowOf(1_000));
  pulls.fetched(PULLED, windowOf(5));
  expect(lines[1]).toMatchObject({ msg: 'Pull statistics so far', received: 5 });
});

test('leaves streams of other configs to others', () => {
  const { pulls, lines } = linesOf();
  pulls.ended('collect/other/1/alerts', PULL);
  expect(lines).toEqual([]);
});
