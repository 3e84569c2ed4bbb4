/** A stream of reproducible numbers: the same seed always gives the same stream. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True in this share of the cases (0 to 1); a share of 0 draws nothing. */
  chance(share: number): boolean;
}

/** The generator mulberry32 (Tommy Ettinger, public domain): small, fast, good enough for made-up data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    chance: (share) => share > 0 && next() < share,
  };
}

/** A whole number in [0, 2^32) made of three numbers (murmur3's steps): any attribute of a record on request. */
export function mix(seed: number, index: number, salt: number): number {
  let hash = seed | 0;
  for (const part of [index, salt]) {
    let scrambled = Math.imul(part, 0xcc9e2d51);
    scrambled = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
    hash ^= scrambled;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** True for about this share of all indexes, always the same ones. */
export function isChosen(share: number, seed: number, index: number, salt: number): boolean {
  return share > 0 && mix(seed, index, salt) < share * 2 ** 32;
}

/** One item of a list that is not empty. */
export function pick<T>(items: readonly [T, ...T[]], number: number): T {
  return items[number % items.length] ?? items[0];
}
