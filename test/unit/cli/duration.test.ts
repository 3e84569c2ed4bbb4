import { describe, expect, it } from 'vitest';
import { absoluteTime, parseDurationMs } from '../../../src/cli/duration.js';

it.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['2m', 120_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
  [' 10S ', 10_000],
])('reads %s as %i ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

it.each(['', '60', '0s', '-1s', '1w', 's', '1 m s', '1e3s', 'NaNs'])('refuses "%s"', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});

describe('a time relative to now', () => {
  const nowMs = Date.parse('2026-03-08T12:00:00.789Z');

  it.each([
    ['-7d', '2026-03-01T12:00:00Z'],
    ['-90m', '2026-03-08T10:30:00Z'],
  ])('%s is %s', (text, iso) => {
    expect(absoluteTime(text, nowMs)).toBe(iso);
  });

  it.each(['2026-01-31', '1767225600000', 'yesterday', '-', '7d'])('leaves %s as it is', (text) => {
    expect(absoluteTime(text, nowMs)).toBe(text);
  });
});
