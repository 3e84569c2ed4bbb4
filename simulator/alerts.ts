import type { AlertView } from './render-alert.js';
import { Population } from './population.js';
import type { Delay } from './population.js';
import { isChosen, mix } from './random.js';
import { Timeline } from './timeline.js';

/** Least and most events of an alert; both belong to the range. */
export interface EventRange {
  readonly least: number;
  readonly most: number;
}

const SALT = { lag: 301, lagMs: 302, events: 303 };

/** Alerts in the order the server took them in, and in the order the endpoints' clocks detected them. */
export class Alerts {
  readonly population: Population;
  readonly byDetection = new Timeline();
  readonly #seed: number;
  readonly #firstId: number;
  readonly #events: EventRange;
  readonly #detectionLag: Delay;

  constructor(options: {
    readonly seed: number;
    readonly firstId: number;
    readonly late: Delay;
    readonly detectionLag: Delay;
    readonly events: EventRange;
  }) {
    this.#seed = options.seed;
    this.#firstId = options.firstId;
    this.#events = options.events;
    this.#detectionLag = options.detectionLag;
    this.population = new Population({
      seed: options.seed,
      late: options.late,
      onVisible: (index) => this.byDetection.insert(this.detectionMs(index), index),
    });
  }

  idOf(index: number): string {
    return String(this.#firstId + index);
  }

  indexOf(id: string): number | undefined {
    const index = Number(id) - this.#firstId;
    const timeMs = this.population.times[index];
    return timeMs !== undefined && this.population.visible.has(timeMs, index) ? index : undefined;
  }

  insertMs(index: number): number {
    return this.population.times[index] ?? Number.NaN;
  }

  /** Within half a second before the server had it, or much earlier where the host was offline. */
  detectionMs(index: number): number {
    const { share, maxMs } = this.#detectionLag;
    const lagMs = isChosen(share, this.#seed, index, SALT.lag)
      ? 1 + (mix(this.#seed, index, SALT.lagMs) % maxMs)
      : mix(this.#seed, index, SALT.lagMs) % 500;
    return this.insertMs(index) - lagMs;
  }

  eventCount(index: number): number {
    const { least, most } = this.#events;
    return least + (mix(this.#seed, index, SALT.events) % (most - least + 1));
  }

  view(index: number): AlertView {
    return {
      seed: this.#seed,
      id: this.idOf(index),
      index,
      insertMs: this.insertMs(index),
      detectionMs: this.detectionMs(index),
      eventCount: this.eventCount(index),
    };
  }
}
