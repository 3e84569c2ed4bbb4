import { describe, expect, it, test } from 'vitest';
import { parseReset } from '../../../src/pull/reset-request.js';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const START_MS = Date.parse('2026-01-31T00:00:00Z');

describe('a reset', () => {
  it.each([undefined, null, {}])(
    'without a payload begins at the start of the config: %j',
    (request) => {
      expect(parseReset(request, NOW_MS)).toEqual({ startTimeMs: undefined, requestId: undefined });
    },
  );

  it.each(['2026-01-31', '2026-01-31T00:00:00Z', START_MS])('takes %j', (startTime) => {
    const request = { startTime, requestId: 'a' };
    expect(parseReset(request, NOW_MS)).toEqual({ startTimeMs: START_MS, requestId: 'a' });
  });
});

test.each([
  [{ start_time: '2026-01-31' }, /"start_time", expected startTime/],
  [{ starttime: '2026-01-31' }, /"starttime", expected startTime/],
  [{ StartTime: '2026-01-31' }, /"StartTime", expected startTime/],
  [{ from: '2026-01-31' }, /"from", expected startTime/],
  [{ startTime: '2026-01-31', request_id: 'a' }, /"request_id", expected requestId/],
  [{ colour: 'red' }, /"colour", expected startTime alone/],
  [['2026-01-31'], /found a list, expected an object/],
  ['2026-01-31', /found string, expected an object/],
  [START_MS, /found number, expected an object/],
  [
    { startTime: START_MS / 1_000 },
    new RegExp(`in epoch ms this number of seconds is ${START_MS}`),
  ],
  [{ startTime: null }, /startTime: found null/],
  [{ startTime: 'yesterday' }, /startTime: found "yesterday", expected ISO 8601 or epoch ms$/],
  [{ startTime: '2026-03-02' }, /expected a time not in the future/],
  [{ requestId: 5 }, /requestId: found 5, expected text/],
])('a reset with %j is refused with what was meant', (request, problem) => {
  expect(parseReset(request, NOW_MS)).toEqual({
    problem: expect.stringMatching(problem) as string,
  });
});
