/** Odd, so that multiplying by it modulo 2^32 maps every index to another place: the golden ratio's bits. */
const SCATTER = 0x9e3779b1;

interface Entry {
  readonly timeMs: number;
  readonly index: number;
}

/**
 * Records in the order of one of their times. Records of the same time stand in an order that is
 * arbitrary (not that of their indexes) and always the same, as in a real column store.
 */
export class Timeline {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Index of the record at a position; positions go from 0 to `size - 1`. */
  at(position: number): number {
    return this.#entries[position]?.index ?? Number.NaN;
  }

  /** The records in their order. */
  *indexes(): Generator<number, void, undefined> {
    for (let position = 0; position < this.size; position++) yield this.at(position);
  }

  /** The first position whose time is `timeMs` or later. */
  firstFrom(timeMs: number): number {
    return this.#position(timeMs, -1);
  }

  /** The first position whose time is later than `timeMs`. */
  firstAfter(timeMs: number): number {
    return this.#position(timeMs, 2 ** 32);
  }

  has(timeMs: number, index: number): boolean {
    const found = this.#entries[this.#position(timeMs, scattered(index))];
    return found?.timeMs === timeMs && found.index === index;
  }

  insert(timeMs: number, index: number): void {
    const position = this.#position(timeMs, scattered(index));
    if (position === this.size) this.#entries.push({ timeMs, index });
    else this.#entries.splice(position, 0, { timeMs, index });
  }

  /** Takes out one record; nothing happens if it is not there. */
  remove(timeMs: number, index: number): void {
    if (this.has(timeMs, index)) {
      this.#entries.splice(this.#position(timeMs, scattered(index)), 1);
    }
  }

  /** Takes out all records up to and including `timeMs` and returns their indexes. */
  takeUpTo(timeMs: number): readonly number[] {
    return this.#entries.splice(0, this.firstAfter(timeMs)).map(({ index }) => index);
  }

  #position(timeMs: number, tie: number): number {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      const before =
        entry !== undefined &&
        (entry.timeMs < timeMs || (entry.timeMs === timeMs && scattered(entry.index) < tie));
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function scattered(index: number): number {
  return Math.imul(index, SCATTER) >>> 0;
}
