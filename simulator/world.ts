import { Population } from './population.js';
import { Production } from './production.js';
import { createRandom } from './random.js';
import type { Random } from './random.js';
import { AgentReports, Alerts, Incidents } from './records.js';
import { RECORD_KINDS } from './tenant-options.js';
import type { ProductionRates, RecordKind, TenantOptions } from './tenant-options.js';

/**
 * All data of a tenant at its present time. Nothing happens between calls: `advance` makes up for the
 * time that passed, so what a caller sees depends on the seed and the clock alone.
 */
export class World implements Readonly<Record<RecordKind, Population>> {
  readonly seed: number;
  readonly incidents: Incidents;
  readonly alerts: Alerts;
  readonly audit_managements: Population;
  readonly agent_audits: AgentReports;
  readonly #now: () => number;
  readonly #random: Random;
  #production: Production;
  #modifiedAmong: number;

  constructor(options: TenantOptions) {
    const { seed = 1, firstId = 1000, now = Date.now, production = {} } = options;
    this.seed = seed;
    this.#now = now;
    this.#random = createRandom(seed);
    this.incidents = new Incidents(seed, firstId, options.oversize);
    this.alerts = new Alerts(seed, firstId, options.eventsPerAlert, options.late);
    this.audit_managements = new Population(seed, firstId);
    this.agent_audits = new AgentReports(seed, firstId);
    for (const kind of RECORD_KINDS) {
      const history = options.history?.[kind];
      if (history !== undefined) this[kind].addHistory(history);
    }
    this.#modifiedAmong = production.modifiedAmong ?? Infinity;
    this.#production = new Production(production, this.#random, now());
    this.advance();
  }

  /** Records made but not shown yet. */
  get hiddenCount(): number {
    return RECORD_KINDS.reduce((sum, kind) => sum + this[kind].hiddenCount, 0);
  }

  /** Brings the data up to the present; returns it, epoch ms. */
  advance(): number {
    const nowMs = this.#now();
    this.#production.advance(nowMs, (step, atMs) => {
      if (step === 'modifications') {
        this.incidents.advance(atMs);
        const { size } = this.incidents.visible;
        this.modifyIncidents(1, Math.max(0, size - this.#modifiedAmong), size, atMs);
      } else {
        this[step].add(atMs);
      }
    });
    for (const kind of RECORD_KINDS) this[kind].advance(nowMs);
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
      const index = this.incidents.visible.at(from + this.#random.below(to - from));
      if (!this.incidents.modify(index, atMs)) continue;
      modified++;
      // The row moved behind all others: the positions of the window are one fewer.
      to--;
    }
    return modified;
  }
}
