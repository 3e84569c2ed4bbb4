import { describe, expect, it } from 'vitest';
import { migrateCheckpoint, newCheckpoint } from '../../../src/pull/checkpoint.js';

const FRESH = newCheckpoint({ startTimeMs: 5_000, configuredStartMs: 5_000 });

it('begins right before the start time, with nothing to look back to', () => {
  expect(FRESH).toMatchObject({ watermarkMs: 4_999, coveredFromMs: 5_000, stepMs: 3_600_000 });
});

it('never begins at 0, which the API refuses', () => {
  expect(newCheckpoint({ startTimeMs: 0, configuredStartMs: 0 }).startTimeMs).toBe(1);
});

describe('migrateCheckpoint', () => {
  it('gives a current checkpoint back as it is', () => {
    expect(migrateCheckpoint(JSON.parse(JSON.stringify(FRESH)))).toEqual(FRESH);
  });

  it('brings an older version up step by step', () => {
    const migrations = {
      [-1]: () => ({ schemaVersion: 0, from: 5_000 }),
      0: ({ from }: Readonly<Record<string, unknown>>) =>
        newCheckpoint({ startTimeMs: Number(from), configuredStartMs: 5_000 }),
    };
    expect(migrateCheckpoint({ schemaVersion: -1 }, migrations)).toEqual(FRESH);
  });

  it.each([
    ['of a newer release', { ...FRESH, schemaVersion: 2 }, /newer release/],
    ['of an unknown older version', { ...FRESH, schemaVersion: 0 }, /cannot read/],
    ['that is damaged', { ...FRESH, watermarkMs: 'soon' }, /cannot read/],
    [
      'with damaged keys',
      { ...FRESH, recentKeys: [{ fromMs: 1, untilMs: 2, keys: 'odd' }] },
      /cannot read/,
    ],
    [
      'with keys of no time',
      { ...FRESH, recentKeys: [{ fromMs: 'soon', untilMs: 2, keys: '' }] },
      /cannot read/,
    ],
    ['without a version', { watermarkMs: 1 }, /no checkpoint/],
    ['that is null', null, /no checkpoint/],
  ])('refuses one %s', (_, value, message) => {
    expect(() => migrateCheckpoint(value)).toThrow(message);
  });
});
