import { Alerts } from './alerts.js';
import { Incidents } from './incidents.js';
import { Population } from './population.js';
import type { Delay } from './population.js';
import { Production } from './production.js';
import { createRandom } from './random.js';
import type { Random } from './random.js';
import { withFraction } from './render-audit.js';
import { RECORD_KINDS } from './tenant-options.js';
import type { ProductionRates, RecordKind, TenantOptions } from './tenant-options.js';

const NEVER_LATE: Delay = { share: 0, maxMs: 1 };

/**
 * All data of a tenant at its present time. Nothing happens between calls: `advance` makes up for the
 * time that passed, so what a caller sees depends on the seed and the clock alone.
 */
export class World {
  readonly seed: number;
  readonly firstId: number;
  readonly incidents: Incidents;
  readonly alerts: Alerts;
  readonly audits: Population;
  readonly reports: Population;
  readonly #now: () => number;
  readonly #random: Random;
  #production: Production;
  #modifiedAmong: number;

  constructor(options: TenantOptions) {
    this.seed = options.seed ?? 1;
    this.firstId = options.firstId ?? 1000;
    this.#now = options.now ?? Date.now;
    this.#random = createRandom(this.seed);
    const seed = this.seed;
    const firstId = this.firstId;
    const late = (kind: RecordKind): Delay =>
      (options.lateKinds ?? ['alerts']).includes(kind) ? (options.late ?? NEVER_LATE) : NEVER_LATE;
    this.incidents = new Incidents({
      seed,
      firstId,
      late: late('incidents'),
      oversize: options.oversize ?? { share: 0, alerts: 0 },
    });
    this.alerts = new Alerts({
      seed,
      firstId,
      late: late('alerts'),
      detectionLag: options.detectionLag ?? NEVER_LATE,
      events: options.eventsPerAlert ?? { least: 1, most: 3 },
    });
    this.audits = new Population({ seed, late: late('audit_managements') });
    this.reports = new Population({ seed, late: late('agent_audits') });
    for (const kind of RECORD_KINDS) {
      const history = options.history?.[kind];
      if (history === undefined) continue;
      this.population(kind).addHistory(history, (index, timeMs) =>
        kind === 'agent_audits' ? withFraction(seed, index, timeMs) : timeMs,
      );
    }
    this.#modifiedAmong = options.production?.modifiedAmong ?? Infinity;
    this.#production = new Production(options.production ?? {}, this.#random, this.#now());
    this.advance();
  }

  population(kind: RecordKind): Population {
    switch (kind) {
      case 'incidents':
        return this.incidents.population;
      case 'alerts':
        return this.alerts.population;
      case 'audit_managements':
        return this.audits;
      case 'agent_audits':
        return this.reports;
    }
  }

  /** Records made but not shown yet. */
  get hiddenCount(): number {
    return RECORD_KINDS.reduce((sum, kind) => sum + this.population(kind).hiddenCount, 0);
  }

  idOf(index: number): string {
    return String(this.firstId + index);
  }

  /** Brings the data up to the present; returns it, epoch ms. */
  advance(): number {
    const nowMs = this.#now();
    this.#production.advance(nowMs, (step, atMs) => {
      if (step === 'modifications') {
        this.incidents.population.advance(atMs);
        const { size } = this.incidents.population.visible;
        this.modifyIncidents(1, Math.max(0, size - this.#modifiedAmong), size, atMs);
      } else {
        this.#add(step, atMs);
      }
    });
    for (const kind of RECORD_KINDS) this.population(kind).advance(nowMs);
    return nowMs;
  }

  /** Rates of new records from now on; `{}` stops them. What was made late still shows when it is due. */
  produce(rates: ProductionRates): void {
    this.#production = new Production(rates, this.#random, this.advance());
    this.#modifiedAmong = rates.modifiedAmong ?? Infinity;
  }

  /** Modifies up to `count` incidents at random positions in `[from, to)`; returns how many were. */
  modifyIncidents(count: number, from: number, to: number, atMs: number): number {
    let modified = 0;
    for (let tries = 0; tries < count && from < to; tries++) {
      const index = this.incidents.population.visible.at(from + this.#random.below(to - from));
      if (!this.incidents.modify(index, atMs)) continue;
      modified++;
      // The row moved behind all others: the positions of the window are one fewer.
      to--;
    }
    return modified;
  }

  #add(kind: RecordKind, atMs: number): void {
    const population = this.population(kind);
    population.add(
      kind === 'agent_audits' ? withFraction(this.seed, population.times.length, atMs) : atMs,
    );
  }
}
