import { createRandom, isChosen, mix } from './random.js';
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

  constructor(
    readonly seed: number,
    readonly firstId: number,
    readonly late: Delay = { share: 0, maxMs: 1 },
  ) {}

  /** Records made but not shown yet. */
  get hiddenCount(): number {
    return this.#hidden.size;
  }

  idOf(index: number): string {
    return String(this.firstId + index);
  }

  /** The index that an id stands for; undefined for an id that no visible record has. */
  indexOf(id: string): number | undefined {
    const index = Number(id) - this.firstId;
    return this.visible.has(this.timeOf(index), index) ? index : undefined;
  }

  /** Where a record stands in `visible`. */
  timeOf(index: number): number {
    return this.times[index] ?? Number.NaN;
  }

  /** Makes one record of this time; it shows at once, or later where it belongs to the late share. */
  add(wholeMs: number): void {
    const index = this.times.length;
    const timeMs = this.exactTime(index, wholeMs);
    this.times.push(timeMs);
    const { share, maxMs } = this.late;
    const delayMs = isChosen(share, this.seed, index, SALT.late)
      ? 1 + (mix(this.seed, index, SALT.lateness) % maxMs)
      : 0;
    this.#hidden.insert(timeMs + delayMs, index);
  }

  addHistory({ count, fromMs, toMs, bursts = [] }: History): void {
    const random = createRandom(this.seed);
    const spread = Array.from({ length: count }, () => fromMs + random.below(toMs - fromMs + 1));
    const inBursts = bursts.flatMap((burst) => Array<number>(burst.count).fill(burst.atMs));
    for (const timeMs of Float64Array.from([...spread, ...inBursts]).sort()) this.add(timeMs);
  }

  /** Shows what is due by `nowMs`. */
  advance(nowMs: number): void {
    for (const index of this.#hidden.takeUpTo(nowMs)) {
      this.visible.insert(this.times[index] ?? nowMs, index);
      this.shown(index, nowMs);
    }
  }

  /** The time that a record of this whole millisecond gets. */
  protected exactTime(_index: number, wholeMs: number): number {
    return wholeMs;
  }

  /** A record has just become visible. */
  protected shown(_index: number, _atMs: number): void {
    return;
  }
}
