import type { IncidentView } from './render-incident.js';
import { Population } from './population.js';
import type { Delay } from './population.js';
import { isChosen, mix } from './random.js';

/** Incidents that have more alerts than the batch call shows. */
export interface Oversize {
  readonly share: number;
  readonly alerts: number;
}

/** A version of an incident that a later modification has replaced. Epoch ms. */
export interface SupersededVersion {
  readonly index: number;
  readonly modificationMs: number;
  readonly visibleFromMs: number;
  readonly goneAtMs: number;
}

const SALT = { oversize: 201, alerts: 202, growth: 203 };

/** Incidents, their versions, and the number of their alerts. */
export class Incidents {
  readonly population: Population;
  readonly superseded: SupersededVersion[] = [];
  readonly #modificationMs: number[] = [];
  readonly #visibleFromMs: number[] = [];
  readonly #revisions: number[] = [];
  readonly #alertCounts: number[] = [];
  readonly #seed: number;
  readonly #firstId: number;
  readonly #oversize: Oversize;

  constructor(options: {
    readonly seed: number;
    readonly firstId: number;
    readonly late: Delay;
    readonly oversize: Oversize;
  }) {
    this.#seed = options.seed;
    this.#firstId = options.firstId;
    this.#oversize = options.oversize;
    this.population = new Population({
      seed: options.seed,
      late: options.late,
      onVisible: (index, atMs) => {
        this.#modificationMs[index] = this.population.times[index] ?? atMs;
        this.#visibleFromMs[index] = atMs;
        this.#revisions[index] = 0;
        this.#alertCounts[index] = this.#firstAlertCount(index);
      },
    });
  }

  idOf(index: number): string {
    return String(this.#firstId + index);
  }

  /** The index that an id stands for; undefined for an id that no visible incident has. */
  indexOf(id: string): number | undefined {
    const index = Number(id) - this.#firstId;
    return this.#modificationMs[index] === undefined ? undefined : index;
  }

  modificationMs(index: number): number {
    return this.#modificationMs[index] ?? Number.NaN;
  }

  visibleFromMs(index: number): number {
    return this.#visibleFromMs[index] ?? Number.NaN;
  }

  alertCount(index: number): number {
    return this.#alertCounts[index] ?? 0;
  }

  view(index: number): IncidentView {
    return {
      seed: this.#seed,
      id: this.idOf(index),
      index,
      creationMs: this.population.times[index] ?? 0,
      modificationMs: this.modificationMs(index),
      revision: this.#revisions[index] ?? 0,
      alertCount: this.alertCount(index),
    };
  }

  /**
   * Modifies a visible incident: the row moves to `atMs`, and every third modification brings an alert.
   * False where the incident already is as young as that.
   */
  modify(index: number, atMs: number): boolean {
    const before = this.#modificationMs[index];
    if (before === undefined || before >= atMs) return false;
    this.superseded.push({
      index,
      modificationMs: before,
      visibleFromMs: this.visibleFromMs(index),
      goneAtMs: atMs,
    });
    const revision = (this.#revisions[index] ?? 0) + 1;
    this.#revisions[index] = revision;
    this.#modificationMs[index] = atMs;
    this.#visibleFromMs[index] = atMs;
    if (mix(this.#seed, index + revision, SALT.growth) % 3 === 0) {
      this.#alertCounts[index] = this.alertCount(index) + 1;
    }
    this.population.visible.remove(before, index);
    this.population.visible.insert(atMs, index);
    return true;
  }

  #firstAlertCount(index: number): number {
    return isChosen(this.#oversize.share, this.#seed, index, SALT.oversize)
      ? this.#oversize.alerts
      : 1 + (mix(this.#seed, index, SALT.alerts) % 6);
  }
}
