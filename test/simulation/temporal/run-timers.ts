import { clock } from '../time/clock.js';
import type { Timer } from '../time/clock.js';

/** The timers of a run, by the numbers that its workflow gave them. */
export class RunTimers {
  readonly #timers = new Map<number, Timer>();

  start(seq: number, delayMs: number, fire: () => void): void {
    const timer = clock.after(delayMs, () => {
      this.#timers.delete(seq);
      fire();
    });
    this.#timers.set(seq, timer);
  }

  /** False where it went off before. */
  cancel(seq: number): boolean {
    const timer = this.#timers.get(seq);
    if (timer !== undefined) timer.cancelled = true;
    return this.#timers.delete(seq);
  }

  clear(): void {
    for (const timer of this.#timers.values()) timer.cancelled = true;
    this.#timers.clear();
  }
}
