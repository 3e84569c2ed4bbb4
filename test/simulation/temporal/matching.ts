import type { Random } from '../random.js';
import { clock } from '../time/clock.js';

/** A worker process, as the server sees it: what it polls, and how much it can take. */
export interface Poller {
  readonly name: string;
  polls(queue: string): boolean;
  hasRoom(): boolean;
}

/** Work that waits in a task queue for somebody who polls it. */
export interface Waiting<P extends Poller> {
  readonly queue: string;
  /** 1 is taken first, 5 last. */
  readonly priority: number;
  /** Over: nobody needs to take it any more. */
  isOver(): boolean;
  /** Who is given it where several could take it. */
  readonly favourite?: P | undefined;
  take(poller: P): void;
}

/** Brings tasks and pollers together, with the delays of a network. */
export class Matching<P extends Poller> {
  readonly #random: Random;
  readonly #pollers: () => readonly P[];
  /** Least distance of two tasks of a queue, ms. */
  readonly #spacingMs: ReadonlyMap<string, number>;
  readonly #freeAtMs = new Map<string, number>();
  #waiting: Waiting<P>[] = [];

  constructor(
    random: Random,
    pollers: () => readonly P[],
    spacingMs: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#random = random;
    this.#pollers = pollers;
    this.#spacingMs = spacingMs;
  }

  offer(task: Waiting<P>): void {
    clock.after(this.#random.between(1, 20), () => {
      if (!this.#match(task)) this.#waiting.push(task);
    });
  }

  /** Somebody began to poll, or has room again. */
  wake(): void {
    clock.after(this.#random.between(1, 20), () => {
      const tasks = this.#waiting.sort((a, b) => a.priority - b.priority);
      this.#waiting = [];
      this.#waiting.push(...tasks.filter((task) => !this.#match(task)));
    });
  }

  /** True where it needs to wait no longer. */
  #match(task: Waiting<P>): boolean {
    if (task.isOver()) return true;
    const able = this.#pollers().filter((each) => each.polls(task.queue) && each.hasRoom());
    const { favourite } = task;
    const isFree = favourite !== undefined && able.includes(favourite);
    const poller = isFree ? favourite : able[this.#random.below(able.length)];
    if (poller === undefined) return false;
    const spacing = this.#spacingMs.get(task.queue);
    if (spacing !== undefined) {
      const freeAtMs = this.#freeAtMs.get(task.queue) ?? 0;
      if (freeAtMs > clock.nowMs) {
        clock.after(freeAtMs - clock.nowMs, () => this.wake());
        return false;
      }
      this.#freeAtMs.set(task.queue, clock.nowMs + spacing);
    }
    task.take(poller);
    return true;
  }
}
