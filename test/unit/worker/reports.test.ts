import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startReports } from '../../../src/worker/observe/reports.js';
import { createSenderStats } from '../../../src/worker/observe/sender-stats.js';
import { keptLog } from './log-lines.js';

const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sender statistics come in their period, memory every five minutes, until they are stopped', () => {
  const { log, lines } = keptLog();
  const sent = createSenderStats(['devo'], Date.now());
  const stop = startReports({
    log,
    sent,
    senderStatsPeriodMs: 10 * MINUTE_MS,
    watched: () => ({
      lookedMs: null,
      temporalReachable: true,
      streams: [],
      backlog: { segments: 3, bytes: 5 * 1_024 * 1_024 },
    }),
    nowMs: Date.now,
  });
  const events = 600;
  sent.add(
    { output: 'devo', events, bytes: 9, confirmation: 'fin', elapsedMs: 1 },
    { 'edr.a': { events, bytes: 9 } },
  );
  vi.advanceTimersByTime(20 * MINUTE_MS);
  const statistics = lines.filter(({ msg }) => msg === 'Sender statistics');
  expect(statistics).toMatchObject([
    {
      output: 'devo',
      events,
      totalEvents: events,
      elapsedSeconds: 600,
      eventsPerSecond: 1,
      byTag: { 'edr.a': { events, totalEvents: events } },
    },
    { output: 'devo', events: 0, totalEvents: events, eventsPerSecond: 0 },
  ]);
  const memory = lines.filter(({ msg }) => msg === 'Memory');
  expect(memory).toHaveLength(4);
  expect(memory[0]).toMatchObject({ backlogSegments: 3, backlogMib: 5 });
  expect(memory[0]?.rssMib).toBeGreaterThan(1);
  stop();
  vi.advanceTimersByTime(20 * MINUTE_MS);
  expect(lines).toHaveLength(6);
});
