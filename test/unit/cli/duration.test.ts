import { expect, it } from 'vitest';
import { parseDurationMs } from '../../../src/cli/duration.js';

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
