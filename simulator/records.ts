import { Population } from './population.js';
import type { Delay } from './population.js';
import { isChosen, mix } from './random.js';
import type { AlertView } from './render-alert.js';
import { withFraction } from './render-audit.js';
import type { IncidentView } from './render-incident.js';
import { Timeline } from './timeline.js';

/** Least and most events of an alert; both belong to the range. */
export interface EventRange {
  readonly least: number;
  readonly most: number;
}

/** Incidents that have more alerts than the batch call shows. */
export interface Oversize {
  readonly share: number;
  readonly alerts: number;
}

const SALT = { oversize: 201, alerts: 202, growth: 203, lag: 302, events: 303 };

/** Alerts in the order the server took them in, and in the order the endpoints' clocks detected them. */
export class Alerts extends Population {
  readonly byDetection = new Timeline();

  constructor(
    seed: number,
    firstId: number,
    readonly events: EventRange = { least: 1, most: 3 },
    late?: Delay,
  ) {
    super(seed, firstId, late);
  }

  /** Within half a second before the server had it. */
  detectionMs(index: number): number {
    return this.timeOf(index) - (mix(this.seed, index, SALT.lag) % 500);
  }

  view(index: number): AlertView {
    const { least, most } = this.events;
    return {
      seed: this.seed,
      id: this.idOf(index),
      index,
      insertMs: this.timeOf(index),
      detectionMs: this.detectionMs(index),
      eventCount: least + (mix(this.seed, index, SALT.events) % (most - least + 1)),
    };
  }

  protected override shown(index: number): void {
    this.byDetection.insert(this.detectionMs(index), index);
  }
}

/** A version of an incident that a later modification has replaced. */
interface SupersededVersion {
  readonly index: number;
  readonly modificationMs: number;
}

/** What changes of an incident. */
interface Version {
  readonly modificationMs: number;
  readonly revision: number;
  readonly alertCount: number;
}

/** Incidents, their versions, and the number of their alerts. */
export class Incidents extends Population {
  readonly superseded: SupersededVersion[] = [];
  readonly #versions: Version[] = [];

  constructor(
    seed: number,
    firstId: number,
    readonly oversize: Oversize = { share: 0, alerts: 0 },
  ) {
    super(seed, firstId);
  }

  /** When the present version was made. */
  override timeOf(index: number): number {
    return this.#versions[index]?.modificationMs ?? Number.NaN;
  }

  view(index: number): IncidentView {
    const version = this.#versions[index];
    if (version === undefined) throw new Error(`found no visible incident ${index}`);
    const creationMs = this.times[index] ?? 0;
    return { seed: this.seed, id: this.idOf(index), index, creationMs, ...version };
  }

  /**
   * Modifies a visible incident: the row moves to `atMs`, and every third modification brings an alert.
   * False where the incident already is as young as that.
   */
  modify(index: number, atMs: number): boolean {
    const before = this.#versions[index];
    if (before === undefined || before.modificationMs >= atMs) return false;
    this.superseded.push({ index, modificationMs: before.modificationMs });
    const revision = before.revision + 1;
    const grows = mix(this.seed, index + revision, SALT.growth) % 3 === 0;
    this.#versions[index] = {
      modificationMs: atMs,
      revision,
      alertCount: before.alertCount + (grows ? 1 : 0),
    };
    this.visible.remove(before.modificationMs, index);
    this.visible.insert(atMs, index);
    return true;
  }

  protected override shown(index: number, atMs: number): void {
    this.#versions[index] = {
      modificationMs: this.times[index] ?? atMs,
      revision: 0,
      alertCount: isChosen(this.oversize.share, this.seed, index, SALT.oversize)
        ? this.oversize.alerts
        : 1 + (mix(this.seed, index, SALT.alerts) % 6),
    };
  }
}

/** Reports of agents, whose times have fractions. */
export class AgentReports extends Population {
  protected override exactTime(index: number, wholeMs: number): number {
    return withFraction(this.seed, index, wholeMs);
  }
}
