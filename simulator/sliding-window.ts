/** Counts what happened in the last `widthMs`; also remembers the most it ever was. */
export class SlidingWindow {
  readonly #widthMs: number;
  #times: number[] = [];
  #most = 0;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  /** Most that happened in any window of this width so far. */
  get most(): number {
    return this.#most;
  }

  /** How many happened in the window that ends at `nowMs`. */
  count(nowMs: number): number {
    const firstInside = this.#times.findIndex((timeMs) => timeMs > nowMs - this.#widthMs);
    this.#times = firstInside === -1 ? [] : this.#times.slice(firstInside);
    return this.#times.length;
  }

  add(nowMs: number): void {
    this.#times.push(nowMs);
    this.#most = Math.max(this.#most, this.count(nowMs));
  }
}
