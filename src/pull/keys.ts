import type { KeySlice } from './checkpoint.js';
import { KEY_LENGTH } from './checkpoint.js';

/** A record's key with the record's time (epoch ms, perhaps with a fraction). */
export interface TimedKey {
  readonly key: string;
  readonly timeMs: number;
}

/** Sorts keys into slices of `sliceMs`, ascending. */
export function sliceKeys(entries: readonly TimedKey[], sliceMs: number): KeySlice[] {
  const slices = new Map<number, string[]>();
  for (const { key, timeMs } of entries) {
    const fromMs = Math.floor(timeMs / sliceMs) * sliceMs;
    const keys = slices.get(fromMs);
    if (keys === undefined) slices.set(fromMs, [key]);
    else keys.push(key);
  }
  return ascending(slices);
}

/** Adds the keys of `fresh` to those of `known`; a key already there is not added again. */
export function mergeKeys(known: readonly KeySlice[], fresh: readonly KeySlice[]): KeySlice[] {
  const slices = new Map(known.map((slice) => [slice.fromMs, splitKeys(slice)]));
  for (const slice of fresh) {
    const there = slices.get(slice.fromMs) ?? [];
    slices.set(slice.fromMs, [...new Set([...there, ...splitKeys(slice)])]);
  }
  return ascending(slices);
}

/** The keys of `slices` without those of `removed`. */
export function withoutKeys(slices: readonly KeySlice[], removed: readonly KeySlice[]): KeySlice[] {
  const gone = keySet(removed);
  return slices
    .map((slice) => ({
      fromMs: slice.fromMs,
      keys: splitKeys(slice)
        .filter((key) => !gone.has(key))
        .join(''),
    }))
    .filter((slice) => slice.keys !== '');
}

/** All keys of some slices. */
export function keySet(slices: readonly KeySlice[]): Set<string> {
  return new Set(slices.flatMap(splitKeys));
}

/** How many keys some slices hold. */
export function countKeys(slices: readonly KeySlice[]): number {
  return slices.reduce((sum, slice) => sum + slice.keys.length / KEY_LENGTH, 0);
}

function splitKeys({ keys }: KeySlice): string[] {
  const list: string[] = [];
  for (let at = 0; at < keys.length; at += KEY_LENGTH) list.push(keys.slice(at, at + KEY_LENGTH));
  return list;
}

function ascending(slices: ReadonlyMap<number, readonly string[]>): KeySlice[] {
  return [...slices]
    .sort(([a], [b]) => a - b)
    .map(([fromMs, keys]) => ({ fromMs, keys: keys.join('') }));
}
