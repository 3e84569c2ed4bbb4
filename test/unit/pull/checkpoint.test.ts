import { expect, it } from 'vitest';
import { newCheckpoint } from '../../../src/pull/checkpoint.js';

const FRESH = newCheckpoint({ startTimeMs: 5_000, configuredStartMs: 5_000 });

it('begins right before the start time, with nothing to look back to', () => {
  expect(FRESH).toMatchObject({ watermarkMs: 4_999, coveredFromMs: 5_000, stepMs: 3_600_000 });
});

it('never begins at 0, which the API refuses', () => {
  expect(newCheckpoint({ startTimeMs: 0, configuredStartMs: 0 }).startTimeMs).toBe(1);
});
