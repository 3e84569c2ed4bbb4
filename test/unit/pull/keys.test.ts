import { describe, expect, it } from 'vitest';
import {
  capKeys,
  countKeys,
  dropBefore,
  keysToKeep,
  knownKeySet,
  mergeKeys,
  sliceKeys,
  withoutKeys,
} from '../../../src/pull/keys.js';

function key(n: number): string {
  return String(n).padStart(10, '0');
}

describe('sliceKeys', () => {
  it('puts keys into slices by their time, ascending, fractions included', () => {
    const entries = [
      { key: key(2), timeMs: 100 },
      { key: key(1), timeMs: 99.9 },
      { key: key(3), timeMs: 120 },
    ];
    expect(sliceKeys(entries, 100)).toEqual([
      { fromMs: 0, untilMs: 100, keys: key(1) },
      { fromMs: 100, untilMs: 200, keys: key(2) + key(3) },
    ]);
  });

  it('cuts a crowded slice finer, down to a millisecond', () => {
    const entries = Array.from({ length: 2_000 }, (_, n) => ({ key: key(n), timeMs: n % 4 }));
    const slices = sliceKeys(entries, 100);
    expect(slices.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 6],
    ]);
    expect(countKeys(slices)).toBe(2_000);
  });

  it('refuses a key of another length', () => {
    expect(() => sliceKeys([{ key: 'short', timeMs: 1 }], 100)).toThrow(RangeError);
  });
});

it('keeps the keys of the last millisecond read, however old', () => {
  const entries = [10, 20, 20.5].map((timeMs, n) => ({ key: key(n), timeMs }));
  const kept = keysToKeep(entries, { sinceMs: 1_000, readToMs: 20, sliceMs: 100 });
  expect([...knownKeySet(kept)]).toEqual([key(1), key(2)]);
});

it('merges slices without repeating a key', () => {
  const a = sliceKeys([{ key: key(1), timeMs: 5 }], 10);
  const b = sliceKeys(
    [
      { key: key(1), timeMs: 5 },
      { key: key(2), timeMs: 6 },
      { key: key(3), timeMs: 25 },
    ],
    10,
  );
  expect(mergeKeys(a, b)).toEqual([
    { fromMs: 0, untilMs: 10, keys: key(1) + key(2) },
    { fromMs: 20, untilMs: 30, keys: key(3) },
  ]);
});

it('takes keys out, and slices that are left empty', () => {
  const slices = sliceKeys(
    [1, 2, 3].map((n) => ({ key: key(n), timeMs: n * 6 })),
    10,
  );
  const removed = sliceKeys(
    [1, 2].map((n) => ({ key: key(n), timeMs: n * 6 })),
    10,
  );
  expect([...knownKeySet(withoutKeys(slices, removed))]).toEqual([key(3)]);
  expect(withoutKeys(slices, removed)).toHaveLength(1);
});

describe('dropping', () => {
  const slices = sliceKeys(
    [1, 2, 3].map((n) => ({ key: key(n), timeMs: n * 10 })),
    10,
  );

  it('drops only slices that lie before the time as a whole', () => {
    expect(dropBefore(slices, 29).droppedUntilMs).toBe(20);
    expect(dropBefore(slices, 30).kept).toEqual(slices.slice(2));
  });

  it('drops the oldest slices above the cap and says until when', () => {
    expect(capKeys(slices, 3)).toEqual({ kept: slices, droppedUntilMs: -Infinity });
    expect(capKeys(slices, 2)).toEqual({ kept: slices.slice(1), droppedUntilMs: 20 });
    expect(capKeys(slices, 0).kept).toEqual([]);
  });
});
