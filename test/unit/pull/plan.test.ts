import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/pull/checkpoint.js';
import { newCheckpoint } from '../../../src/pull/checkpoint.js';
import { LIMITS } from '../../../src/pull/limits.js';
import { countKeys, sliceKeys } from '../../../src/pull/keys.js';
import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../../../src/pull/plan.js';

const PLAN = { targetMs: 10_000, lookbackMs: 300, overlapMs: 0 } as const;

function checkpoint(change: Partial<Checkpoint> = {}): Checkpoint {
  const fresh = newCheckpoint({ startTimeMs: 1_000, configuredStartMs: null });
  return { ...fresh, watermarkMs: 5_000, stepMs: 2_000, ...change };
}

function keyed(timesMs: readonly number[]) {
  return sliceKeys(
    timesMs.map((timeMs, n) => ({ key: String(n).padStart(10, '0'), timeMs })),
    100,
  );
}

describe('nextWindow', () => {
  it.each([
    ['looks back and goes on into new time at once', {}, {}, { fromMs: 4_701, toMs: 7_000 }],
    ['goes on behind the last window', {}, { readToMs: 5_000 }, { fromMs: 5_001, toMs: 7_000 }],
    ['goes on in a lookback that was cut', {}, { readToMs: 4_800 }, { fromMs: 4_801, toMs: 7_000 }],
    ['ends at the target', { stepMs: 90_000 }, {}, { fromMs: 4_701, toMs: 10_000 }],
    [
      'looks back only as far as keys go',
      { coveredFromMs: 4_900 },
      {},
      { fromMs: 4_900, toMs: 7_000 },
    ],
    ['leaves no gap without keys', { coveredFromMs: 9_000 }, {}, { fromMs: 5_001, toMs: 7_000 }],
    ['begins at the start time', { watermarkMs: 999 }, {}, { fromMs: 1_000, toMs: 2_999 }],
    [
      'begins with the last millisecond where nothing else is looked at again',
      {},
      { lookbackMs: 0, overlapMs: 1 as const },
      { fromMs: 5_000, toMs: 7_000 },
    ],
    [
      'shares a millisecond',
      {},
      { readToMs: 5_000, overlapMs: 1 as const },
      { fromMs: 5_000, toMs: 7_000 },
    ],
    [
      'does not share one before the start',
      { watermarkMs: 999 },
      { overlapMs: 1 as const },
      { fromMs: 1_000, toMs: 2_999 },
    ],
  ])('%s', (_, change, position, expected) => {
    expect(nextWindow(checkpoint(change), { ...PLAN, readToMs: null, ...position })).toEqual(
      expected,
    );
  });

  it.each([4_000, 5_000])('has nothing to read up to %i', (targetMs) => {
    expect(nextWindow(checkpoint(), { ...PLAN, targetMs, readToMs: null })).toBeNull();
  });
});

it('gives a window the slices that can hold its records', () => {
  const recentKeys = keyed([4_650, 4_750, 4_850, 4_950]);
  const known = keysFor({ fromMs: 4_701, toMs: 4_899 }, checkpoint({ recentKeys }));
  expect(known.map((slice) => slice.fromMs)).toEqual([4_700, 4_800]);
});

it('wants keys for the next lookback, and for a shared millisecond', () => {
  const window = { fromMs: 5_001, toMs: 7_000 };
  expect(keysSinceMs(window, PLAN)).toBe(9_700);
  expect(keysSinceMs(window, { ...PLAN, overlapMs: 1 })).toBe(7_000);
});

describe('afterWindow', () => {
  const nothing = { newKeys: [], records: 0 };

  it('moves the watermark to the end of the window, and never backwards', () => {
    const ahead = afterWindow(
      checkpoint(),
      { window: { fromMs: 5_001, toMs: 7_000 }, ...nothing },
      PLAN,
    );
    expect(ahead.watermarkMs).toBe(7_000);
    const cut = afterWindow(
      checkpoint(),
      { window: { fromMs: 4_701, toMs: 4_800 }, ...nothing },
      PLAN,
    );
    expect(cut.watermarkMs).toBe(5_000);
  });

  it('looks back over nothing after a window whose keys were not wanted', () => {
    const after = afterWindow(
      checkpoint(),
      { window: { fromMs: 5_001, toMs: 7_000 }, ...nothing },
      PLAN,
    );
    expect(after.coveredFromMs).toBe(7_001);
  });

  it('covers from where keys were collected', () => {
    const after = afterWindow(
      checkpoint(),
      { window: { fromMs: 5_001, toMs: 10_000 }, ...nothing },
      PLAN,
    );
    expect(after.coveredFromMs).toBe(9_700);
  });

  it('covers what is left of a lookback that was cut', () => {
    const after = afterWindow(
      checkpoint(),
      { window: { fromMs: 4_701, toMs: 4_800 }, ...nothing },
      PLAN,
    );
    expect(after.coveredFromMs).toBe(4_801);
  });

  it('drops keys that no lookback reaches, and does not claim to have them', () => {
    const before = checkpoint({ recentKeys: keyed([4_650, 5_000]), watermarkMs: 9_900 });
    const after = afterWindow(
      before,
      { window: { fromMs: 9_700, toMs: 10_000 }, ...nothing },
      PLAN,
    );
    expect(after.recentKeys).toEqual([]);
    expect(after.coveredFromMs).toBe(5_100);
  });

  it('keeps at most the cap of keys, the newest, and a shorter lookback', () => {
    const times = Array.from({ length: LIMITS.keys + 1_000 }, (_, n) => 9_701 + (n % 300));
    const window = { fromMs: 9_701, toMs: 10_000 };
    const after = afterWindow(
      checkpoint({ watermarkMs: 9_700 }),
      { window, newKeys: keyed(times), records: times.length },
      PLAN,
    );
    expect(countKeys(after.recentKeys)).toBeLessThanOrEqual(LIMITS.keys);
    expect(countKeys(after.recentKeys)).toBeGreaterThan(LIMITS.keys - 1_000);
    expect(after.coveredFromMs).toBeGreaterThan(9_701);
    expect(after.coveredFromMs).toBeLessThan(9_800);
  });
});
