import { isChosen, mix, createRandom } from './random.js';
import { Timeline } from './timeline.js';

/** So many records spread over a range of time, plus any number of records in single milliseconds. */
export interface History {
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly bursts?: readonly { readonly count: number; readonly atMs: number }[];
}

/** A share of the records (0 to 1) that shows up to `maxMs` later than its own time. */
export interface Delay {
  readonly share: number;
  readonly maxMs: number;
}

const SALT = { late: 101, lateness: 102 };

/**
 * All records of one kind: their times, and which of them the API shows by now. A record is an index
 * from 0 up; its content is made from the seed when it is asked for.
 */
export class Population {
  /** Time of each record by its index: creation, or the only time it has. Epoch ms. */
  readonly times: number[] = [];
  /** What the API shows, by the time that the kind is filtered by. */
  readonly visible = new Timeline();
  readonly #hidden = new Timeline();
  readonly #seed: number;
  readonly #late: Delay;
  readonly #onVisible: (index: number, atMs: number) => void;

  constructor(options: {
    readonly seed: number;
    readonly late: Delay;
    readonly onVisible?: (index: number, atMs: number) => void;
  }) {
    this.#seed = options.seed;
    this.#late = options.late;
    this.#onVisible = options.onVisible ?? (() => undefined);
  }

  /** Records made but not shown yet. */
  get hiddenCount(): number {
    return this.#hidden.size;
  }

  /** Makes one record of this time; it shows at once, or later where it belongs to the late share. */
  add(timeMs: number): void {
    const index = this.times.length;
    this.times.push(timeMs);
    const { share, maxMs } = this.#late;
    const delayMs = isChosen(share, this.#seed, index, SALT.late)
      ? 1 + (mix(this.#seed, index, SALT.lateness) % maxMs)
      : 0;
    this.#hidden.insert(timeMs + delayMs, index);
  }

  /** Makes the records of a history; `exactTime` turns the whole ms of a record into the time it gets. */
  addHistory(
    history: History,
    exactTime: (index: number, timeMs: number) => number = (_index, timeMs) => timeMs,
  ): void {
    for (const timeMs of historyTimes(history, this.#seed)) {
      this.add(exactTime(this.times.length, timeMs));
    }
  }

  /** Shows what is due by `nowMs`. */
  advance(nowMs: number): void {
    for (const index of this.#hidden.takeUpTo(nowMs)) {
      this.visible.insert(this.times[index] ?? nowMs, index);
      this.#onVisible(index, nowMs);
    }
  }
}

function historyTimes(history: History, seed: number): Float64Array {
  const bursts = history.bursts ?? [];
  const total = bursts.reduce((sum, burst) => sum + burst.count, history.count);
  const times = new Float64Array(total);
  const random = createRandom(seed);
  const widthMs = history.toMs - history.fromMs + 1;
  for (let index = 0; index < history.count; index++) {
    times[index] = history.fromMs + random.below(widthMs);
  }
  let next = history.count;
  for (const burst of bursts) {
    times.fill(burst.atMs, next, next + burst.count);
    next += burst.count;
  }
  return times.sort();
}
