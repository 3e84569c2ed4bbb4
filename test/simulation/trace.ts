import { clock } from './time/clock.js';
import { hashText } from './random.js';

/** How many of the last steps are kept in words. */
const KEPT = 40;

/** What happened, in words: the last steps, and a hash of all of them. */
class Trace {
  #lines: string[] = [];
  #hash = 0;
  #steps = 0;
  startMs = 0;
  /** All steps go here too, for a look at one seed. */
  listener: ((line: string) => void) | undefined;

  restart(startMs: number): void {
    this.#lines = [];
    this.#hash = 0;
    this.#steps = 0;
    this.startMs = startMs;
  }

  add(text: string): void {
    const line = `${timeText(clock.nowMs)} ${text}`;
    this.#hash = hashText(line, this.#hash);
    this.#steps += 1;
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
    this.listener?.(line);
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }

  get steps(): number {
    return this.#steps;
  }

  last(): readonly string[] {
    return this.#lines.slice(-KEPT);
  }
}

export const trace = new Trace();

/** Time since the start of the world: hours, minutes, seconds. */
export function timeText(atMs: number): string {
  const ms = Math.abs(atMs - trace.startMs);
  const sign = atMs < trace.startMs ? '-' : '';
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = ((ms / 1000) % 60).toFixed(3).padStart(6, '0');
  return `${sign}${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${seconds}`;
}
