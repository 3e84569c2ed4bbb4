/** Slots before the first growth; always a power of two. */
const FIRST_SLOTS = 1024;
/** Counts stop here. */
const MOST = 65_535;

/**
 * How often each identity was met. Keeps a 53-bit fingerprint and a count of 2 bytes for each, in an open
 * hash table: a million identities take about 20 MB, and two of them meet in one fingerprint about once in
 * 20,000 such runs.
 */
export class IdentityCounts {
  #fingerprints = new Float64Array(FIRST_SLOTS);
  #counts = new Uint16Array(FIRST_SLOTS);
  #unique = 0;
  #total = 0;

  /** Identities met. */
  get unique(): number {
    return this.#unique;
  }

  /** Meetings, repeats included. */
  get total(): number {
    return this.#total;
  }

  add(identity: string): void {
    if (this.#unique * 2 >= this.#counts.length) this.#grow();
    const print = fingerprint(identity);
    const slot = this.#slotOf(print);
    const count = this.#counts[slot] ?? 0;
    if (count === 0) {
      this.#fingerprints[slot] = print;
      this.#unique++;
    }
    this.#counts[slot] = Math.min(MOST, count + 1);
    this.#total++;
  }

  count(identity: string): number {
    return this.#counts[this.#slotOf(fingerprint(identity))] ?? 0;
  }

  /** The slot that holds a fingerprint, or the free one where it belongs. */
  #slotOf(print: number): number {
    const mask = this.#counts.length - 1;
    let slot = print & mask;
    while (this.#counts[slot] !== 0 && this.#fingerprints[slot] !== print) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const fingerprints = this.#fingerprints;
    const counts = this.#counts;
    this.#fingerprints = new Float64Array(counts.length * 2);
    this.#counts = new Uint16Array(counts.length * 2);
    for (const [slot, count] of counts.entries()) {
      if (count === 0) continue;
      const print = fingerprints[slot] ?? 0;
      const place = this.#slotOf(print);
      this.#fingerprints[place] = print;
      this.#counts[place] = count;
    }
  }
}

/** 53 bits of a text: two multiplicative hashes that see each character, mixed at the end. */
function fingerprint(text: string): number {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let position = 0; position < text.length; position++) {
    const character = text.charCodeAt(position);
    first = Math.imul(first ^ character, 2654435761);
    second = Math.imul(second ^ character, 1597334677);
  }
  first =
    Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second =
    Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return 2 ** 32 * (second & 0x1fffff) + (first >>> 0);
}
