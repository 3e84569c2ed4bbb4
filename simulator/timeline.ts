/** Odd, so that multiplying by it modulo 2^32 maps every index to another place: the golden ratio's bits. */
const SCATTER = 0x9e3779b1;

/**
 * Records in the order of one of their times. Records of the same time stand in an order that is
 * arbitrary (not that of their indexes) and always the same, as in a real column store.
 */
export class Timeline {
  #times = new Float64Array(1024);
  #indexes = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Index of the record at a position; positions go from 0 to `size - 1`. */
  at(position: number): number {
    return this.#indexes[position] ?? Number.NaN;
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
    const position = this.#position(timeMs, scattered(index));
    return (
      position < this.#size && this.#times[position] === timeMs && this.#indexes[position] === index
    );
  }

  insert(timeMs: number, index: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const position = this.#position(timeMs, scattered(index));
    this.#times.copyWithin(position + 1, position, this.#size);
    this.#indexes.copyWithin(position + 1, position, this.#size);
    this.#times[position] = timeMs;
    this.#indexes[position] = index;
    this.#size++;
  }

  /** Takes out one record; nothing happens if it is not there. */
  remove(timeMs: number, index: number): void {
    if (!this.has(timeMs, index)) return;
    const position = this.#position(timeMs, scattered(index));
    this.#cut(position, position + 1);
  }

  /** Takes out all records up to and including `timeMs` and returns their indexes. */
  takeUpTo(timeMs: number): readonly number[] {
    const end = this.firstAfter(timeMs);
    if (end === 0) return [];
    const taken = Array.from(this.#indexes.subarray(0, end));
    this.#cut(0, end);
    return taken;
  }

  #cut(from: number, to: number): void {
    this.#times.copyWithin(from, to, this.#size);
    this.#indexes.copyWithin(from, to, this.#size);
    this.#size -= to - from;
  }

  #position(timeMs: number, tie: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const time = this.#times[middle] ?? 0;
      if (time < timeMs || (time === timeMs && scattered(this.#indexes[middle] ?? 0) < tie)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #grow(): void {
    const times = new Float64Array(this.#size * 2);
    times.set(this.#times);
    this.#times = times;
    const indexes = new Uint32Array(this.#size * 2);
    indexes.set(this.#indexes);
    this.#indexes = indexes;
  }
}

function scattered(index: number): number {
  return Math.imul(index, SCATTER) >>> 0;
}
