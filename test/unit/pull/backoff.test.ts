import { expect, it } from 'vitest';
import { waitAfterFailureMs } from '../../../src/pull/backoff.js';

it('what time may cure is tried again soon, then after 10 s growing to 5 minutes', () => {
  const seconds = [1, 2, 3, 4, 7, 40].map((failures) => waitAfterFailureMs(failures, true) / 1_000);
  expect(seconds).toEqual([1, 10, 20, 40, 300, 300]);
});

it('what somebody has to cure is tried again after a minute growing to half an hour', () => {
  const minutes = [1, 2, 3, 6, 40].map((failures) => waitAfterFailureMs(failures, false) / 60_000);
  expect(minutes).toEqual([1, 2, 4, 30, 30]);
});
