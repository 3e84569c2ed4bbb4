import { expect, test } from 'vitest';
import type { Confirmation } from '../../../src/pull/receipts.js';
import { createSenderStats } from '../../../src/worker/observe/sender-stats.js';

function receipt(output: string, events: number, confirmation: Confirmation = 'close_notify') {
  return { output, events, bytes: events * 10, confirmation, elapsedMs: 1 };
}

function tags(events: number) {
  return {
    'edr.a': { events: events - 1, bytes: events * 10 - 4 },
    'edr.b': { events: 1, bytes: 4 },
  };
}

test('partial counts begin anew with each report, totals stay', () => {
  const stats = createSenderStats(['devo'], 1_000);
  stats.add(receipt('devo', 5), tags(5));
  expect(stats.take(2_000)).toEqual([
    {
      output: 'devo',
      elapsedMs: 1_000,
      events: 5,
      bytes: 50,
      totalEvents: 5,
      totalBytes: 50,
      segments: 1,
      unconfirmed: 0,
      byTag: {
        'edr.a': { events: 4, bytes: 46, totalEvents: 4, totalBytes: 46 },
        'edr.b': { events: 1, bytes: 4, totalEvents: 1, totalBytes: 4 },
      },
    },
  ]);
  stats.add(receipt('devo', 2, 'unconfirmed'), tags(2));
  expect(stats.take(5_000)).toMatchObject([
    {
      elapsedMs: 3_000,
      events: 2,
      totalEvents: 7,
      totalBytes: 70,
      segments: 1,
      unconfirmed: 1,
      byTag: { 'edr.a': { events: 1, totalEvents: 5 }, 'edr.b': { events: 1, totalEvents: 2 } },
    },
  ]);
});

test('reports each output by itself, also one that took nothing', () => {
  const stats = createSenderStats(['devo', 'relay'], 0);
  stats.add(receipt('devo', 3), tags(3));
  const reports = stats.take(1_000).map(({ output, events }) => ({ output, events }));
  expect(reports).toEqual([
    { output: 'devo', events: 3 },
    { output: 'relay', events: 0 },
  ]);
});
