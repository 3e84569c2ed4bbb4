import { expect, it } from 'vitest';
import { nextStepMs } from '../../../src/pull/step.js';
import { formatDuration, formatWindow } from '../../../src/pull/time-text.js';
import { lowerHalf, overlapMsOf, restOf } from '../../../src/pull/window.js';

const HOUR_MS = 3_600_000;

it.each([
  ['grows eightfold over empty history', HOUR_MS, 0, HOUR_MS, 8 * HOUR_MS],
  ['grows eightfold at most', HOUR_MS, 1, HOUR_MS, 8 * HOUR_MS],
  ['stays where the density is right', HOUR_MS, 3_000, HOUR_MS, HOUR_MS],
  ['shrinks to the density met', HOUR_MS, 6_000, HOUR_MS, HOUR_MS / 2],
  ['shrinks to an eighth at most', HOUR_MS, 5_000, 1_000, HOUR_MS / 8],
  ['is never wider than 30 days', 700 * HOUR_MS, 0, HOUR_MS, 720 * HOUR_MS],
  ['is never narrower than 1 ms', 1, 5_000, 1, 1],
])('the step %s', (_, stepMs, records, readMs, expected) => {
  expect(nextStepMs(stepMs, records, readMs)).toBe(expected);
});

it.each([
  [{ fromMs: 1, toMs: 4 }, 1, { fromMs: 1, toMs: 2 }],
  [{ fromMs: 1, toMs: 3 }, 1, { fromMs: 1, toMs: 1 }],
  [{ fromMs: 1, toMs: 2 }, 1, { fromMs: 1, toMs: 1 }],
  [{ fromMs: 1, toMs: 3 }, 2, { fromMs: 1, toMs: 2 }],
])('the lower half of %o, at least %i ms, is %o', (window, leastMs, expected) => {
  expect(lowerHalf(window, leastMs)).toEqual(expected);
});

it('leaves the rest of a window that was read in part', () => {
  const window = { fromMs: 10, toMs: 20 };
  expect(restOf(window, 14, 0)).toEqual({ fromMs: 15, toMs: 20 });
  expect(restOf(window, 14, 1)).toEqual({ fromMs: 14, toMs: 20 });
  expect(restOf(window, 20, 1)).toBeNull();
});

it('shares a millisecond between windows only where times have fractions', () => {
  expect(overlapMsOf('agent_audits')).toBe(1);
  expect(overlapMsOf('incidents')).toBe(0);
});

const ONE = Date.parse('2026-01-31T01:00:00Z');
it.each([
  [ONE, ONE + 300_000, undefined, '01:00:00Z - 01:05:00Z'],
  [ONE, ONE + 300_000, ONE + 24 * HOUR_MS, '2026-01-31 01:00:00Z - 2026-01-31 01:05:00Z'],
  [ONE, ONE + 24 * HOUR_MS, undefined, '2026-01-31 01:00:00Z - 2026-02-01 01:00:00Z'],
  [ONE, ONE, undefined, '01:00:00.000Z - 01:00:00.000Z'],
])('shows the window %i - %i seen at %s as %s', (fromMs, toMs, nowMs, expected) => {
  expect(formatWindow({ fromMs, toMs }, nowMs)).toBe(expected);
});

it.each([
  [0, '0 ms'],
  [250, '250 ms'],
  [300_000, '300 s'],
  [900_000, '15 min'],
  [3_599_999, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_399_999, '1 d'],
  [76 * HOUR_MS, '3 d 4 h'],
])('shows %i ms as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});
