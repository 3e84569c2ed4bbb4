import { expect, it } from 'vitest';
import { parseTime } from '../../../src/pull/parse-time.js';

it.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-01-31T08:00', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:00.123456Z', '2026-01-31T08:00:00.123Z'],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
  [' 1769846400000 ', '2026-01-31T08:00:00.000Z'],
  [1_769_846_400_000, '2026-01-31T08:00:00.000Z'],
])('%j is %s', (value, iso) => {
  expect(new Date(parseTime(value) ?? 0).toISOString()).toBe(iso);
});

it.each([
  ['a day that no month has', '2026-02-30'],
  ['a day that this year does not have', '2026-02-29T10:00:00Z'],
  ['a day beyond any month', '2026-01-32'],
  ['a month beyond the year', '2026-13-01'],
  ['an hour beyond the day', '2026-01-31T25:00:00Z'],
  ['seconds of the epoch', 1_769_846_400],
  ['part of a millisecond', 1_769_846_400_000.5],
  ['words', 'yesterday'],
  ['nothing', ''],
  ['no text and no number', { at: 1 }],
])('%s is no time', (_, value) => {
  expect(parseTime(value)).toBeUndefined();
});
