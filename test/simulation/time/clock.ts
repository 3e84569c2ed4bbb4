import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { createHeap } from './heap.js';

/** Whoever a timer of the product belongs to: when it has died, its timers never go off. */
export interface Owner {
  alive: boolean;
  /** What its clock shows beside the true time, ms. */
  skewMs: number;
}

export interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void | Promise<void>;
  readonly owner: Owner | undefined;
  cancelled: boolean;
}

/** Which process the code that runs now belongs to; none: the server or the world. */
export const owners = new AsyncLocalStorage<Owner>();

const realImmediate = globalThis.setImmediate;
const RealDate = globalThis.Date;

/** Virtual time of one history: it stands still while code runs, and jumps to the next timer. */
class VirtualClock {
  nowMs = 0;
  #timers = createHeap<Timer>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  );
  #order = 0;

  restart(nowMs: number): void {
    this.nowMs = nowMs;
    this.#timers = createHeap<Timer>(
      (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
    );
    this.#order = 0;
  }

  /** Runs something after a while, whichever process lives then. */
  after(delayMs: number, run: () => void | Promise<void>, owner?: Owner): Timer {
    const delay = Math.max(0, Number.isFinite(delayMs) ? delayMs : 0);
    const timer: Timer = {
      atMs: this.nowMs + delay,
      order: this.#order++,
      run,
      owner,
      cancelled: false,
    };
    this.#timers.push(timer);
    return timer;
  }

  /** Waits, as the process that asks for it: for ever where that dies meanwhile. */
  async wait(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.after(delayMs, resolve, owners.getStore());
    });
  }

  /** Runs the next timer; false where none is left. */
  async step(): Promise<boolean> {
    for (;;) {
      const timer = this.#timers.pop();
      if (timer === undefined) return false;
      if (timer.cancelled || timer.owner?.alive === false) continue;
      this.nowMs = timer.atMs;
      const running = timer.run();
      if (running !== undefined) await running;
      return true;
    }
  }
}

export const clock = new VirtualClock();

/** Lets all promises settle that can settle without time passing. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => realImmediate(resolve));
}

function shownMs(): number {
  return clock.nowMs + (owners.getStore()?.skewMs ?? 0);
}

class VirtualDate extends RealDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(shownMs());
    else super(...(parts as [number]));
  }

  static override now(): number {
    return shownMs();
  }
}

/** What stands for a timer of Node. */
class Handle {
  readonly #cancel: () => void;

  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  cancel(): void {
    this.#cancel();
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}

function startTimer(run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): Handle {
  const resource = new AsyncResource('timer');
  const bound = () => {
    resource.runInAsyncScope(run, undefined, ...args);
  };
  const timer = clock.after(delayMs, bound, owners.getStore());
  return new Handle(() => {
    timer.cancelled = true;
  });
}

function startInterval(run: (...args: unknown[]) => void, everyMs = 0, ...args: unknown[]): Handle {
  const owner = owners.getStore();
  const resource = new AsyncResource('interval');
  let timer = clock.after(everyMs, again, owner);
  function again(): void {
    timer = clock.after(everyMs, again, owner);
    resource.runInAsyncScope(run, undefined, ...args);
  }
  return new Handle(() => {
    timer.cancelled = true;
  });
}

function stopTimer(handle: unknown): void {
  if (handle instanceof Handle) handle.cancel();
}

/** Puts virtual time in the place of the process's: for the rest of its life, for it does nothing else. */
export function installClock(): void {
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: startTimer,
    setInterval: startInterval,
    clearTimeout: stopTimer,
    clearInterval: stopTimer,
  });
  Object.defineProperty(performance, 'now', { value: () => clock.nowMs });
}
