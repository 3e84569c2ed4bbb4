import { KEY_LENGTH } from './checkpoint.js';
import type { KeySlice } from './checkpoint.js';
import { LIMITS } from './limits.js';

/** A record as the checkpoint remembers it. */
export interface KeyEntry {
  /** Short hash of `KEY_LENGTH` characters. */
  readonly key: string;
  /** The record's own time, epoch ms, fractions allowed. */
  readonly timeMs: number;
}

/**
 * Packs keys into slices of time, ascending: `sliceMs` wide, finer where many records crowd.
 * Raises a RangeError for a key of another length than `KEY_LENGTH`.
 */
export function sliceKeys(entries: readonly KeyEntry[], sliceMs: number): KeySlice[] {
  const bySlice = new Map<number, KeyEntry[]>();
  for (const entry of entries) {
    if (entry.key.length !== KEY_LENGTH) {
      throw new RangeError(`found a key of ${entry.key.length} characters, expected ${KEY_LENGTH}`);
    }
    const fromMs = Math.floor(entry.timeMs / sliceMs) * sliceMs;
    const slice = bySlice.get(fromMs);
    if (slice === undefined) bySlice.set(fromMs, [entry]);
    else slice.push(entry);
  }
  return inOrder(
    [...bySlice].flatMap(([fromMs, slice]) => cutCrowd(slice, fromMs, fromMs + sliceMs)),
  );
}

function cutCrowd(entries: readonly KeyEntry[], fromMs: number, untilMs: number): KeySlice[] {
  if (entries.length === 0) return [];
  // So that the cap takes away at most about a tenth at once.
  const crowd = LIMITS.keys / 10;
  if (entries.length <= crowd || untilMs - fromMs <= 1) {
    return [{ fromMs, untilMs, keys: pack(new Set(entries.map((entry) => entry.key))) }];
  }
  const middleMs = Math.floor((fromMs + untilMs) / 2);
  return [
    ...cutCrowd(
      entries.filter((entry) => entry.timeMs < middleMs),
      fromMs,
      middleMs,
    ),
    ...cutCrowd(
      entries.filter((entry) => entry.timeMs >= middleMs),
      middleMs,
      untilMs,
    ),
  ];
}

/**
 * The keys a receipt brings back: of records at or after `sinceMs`, and of those in the last millisecond
 * that was read, for a next window may begin with it (`overlapMsOf`).
 */
export function keysToKeep(
  entries: readonly KeyEntry[],
  limits: { readonly sinceMs: number; readonly readToMs: number; readonly sliceMs: number },
): KeySlice[] {
  const fromMs = Math.min(limits.sinceMs, limits.readToMs);
  return sliceKeys(
    entries.filter((entry) => entry.timeMs >= fromMs),
    limits.sliceMs,
  );
}

/** All keys of the slices, to ask whether a record is known. */
export function knownKeySet(slices: readonly KeySlice[]): ReadonlySet<string> {
  return new Set(slices.flatMap(unpack));
}

/** Number of keys in the slices. */
export function countKeys(slices: readonly KeySlice[]): number {
  return slices.reduce((sum, slice) => sum + slice.keys.length / KEY_LENGTH, 0);
}

/** The keys of both, each once, in ascending slices. */
export function mergeKeys(known: readonly KeySlice[], added: readonly KeySlice[]): KeySlice[] {
  const merged = new Map(known.map((slice) => [nameOf(slice), slice]));
  for (const slice of withoutKeys(added, known)) {
    const same = merged.get(nameOf(slice));
    const keys = same === undefined ? slice.keys : same.keys + slice.keys;
    merged.set(nameOf(slice), { ...slice, keys });
  }
  return inOrder([...merged.values()]);
}

/** The slices without those keys; a slice left empty goes. */
export function withoutKeys(slices: readonly KeySlice[], removed: readonly KeySlice[]): KeySlice[] {
  const gone = knownKeySet(removed);
  return slices.flatMap((slice) => {
    const keys = pack(new Set(unpack(slice).filter((key) => !gone.has(key))));
    return keys === '' ? [] : [{ ...slice, keys }];
  });
}

/** Slices after some were dropped. */
export interface KeptKeys {
  readonly kept: readonly KeySlice[];
  /** End of the latest slice dropped, epoch ms: keys are not complete before it. -Infinity: none dropped. */
  readonly droppedUntilMs: number;
}

/** Drops the slices that lie before `fromMs` as a whole. */
export function dropBefore(slices: readonly KeySlice[], fromMs: number): KeptKeys {
  return {
    kept: slices.filter((slice) => slice.untilMs > fromMs),
    droppedUntilMs: slices
      .filter((slice) => slice.untilMs <= fromMs)
      .reduce((latest, slice) => Math.max(latest, slice.untilMs), -Infinity),
  };
}

/** Drops the oldest slices until at most `cap` keys are left. */
export function capKeys(slices: readonly KeySlice[], cap: number): KeptKeys {
  let keys = 0;
  // Newest end first: what is dropped then ends before what is kept does.
  for (const slice of slices.toSorted((a, b) => b.untilMs - a.untilMs)) {
    keys += countKeys([slice]);
    if (keys > cap) return dropBefore(slices, slice.untilMs);
  }
  return { kept: slices, droppedUntilMs: -Infinity };
}

function inOrder(slices: KeySlice[]): KeySlice[] {
  return slices.sort((a, b) => a.fromMs - b.fromMs || a.untilMs - b.untilMs);
}

function nameOf(slice: KeySlice): string {
  return `${slice.fromMs}-${slice.untilMs}`;
}

function unpack(slice: KeySlice): string[] {
  const keys: string[] = [];
  for (let at = 0; at < slice.keys.length; at += KEY_LENGTH) {
    keys.push(slice.keys.slice(at, at + KEY_LENGTH));
  }
  return keys;
}

function pack(keys: ReadonlySet<string>): string {
  return [...keys].join('');
}
