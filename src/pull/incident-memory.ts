import { LIMITS } from './limits.js';

/** What was sent of an incident, to ask for its alerts again only where they changed. */
export interface KnownIncident {
  readonly id: string;
  /** `alert_count` when it was last asked for; null where the API gave none. */
  readonly alertCount: number | null;
  /** Alerts that the reply held, all of them sent by now. */
  readonly alerts: number;
  /** Latest `local_insert_ts` among them, epoch ms; null where one had none: then nothing tells new ones apart. */
  readonly newestMs: number | null;
  /** Short hash of its artifacts; null where they are not asked for. */
  readonly artifacts: string | null;
}

/** An incident as the list of changed ones shows it. */
export interface ListedIncident {
  readonly id: string;
  readonly alertCount: number | null;
}

/** An incident whose alerts are asked for, with what was sent of it before. */
export interface AskedIncident extends ListedIncident {
  readonly known: KnownIncident | null;
}

/** The incidents whose alerts may have changed: not those without any, or with as many as are known. */
export function incidentsToAsk(
  listed: readonly ListedIncident[],
  memory: readonly KnownIncident[],
): AskedIncident[] {
  const byId = new Map(memory.map((known) => [known.id, known]));
  return listed.flatMap(({ id, alertCount }) => {
    const known = byId.get(id) ?? null;
    const unchanged = known !== null && alertCount !== null && known.alertCount === alertCount;
    return unchanged || alertCount === 0 ? [] : [{ id, alertCount, known }];
  });
}

/** The memory with these incidents as its newest; the oldest go beyond `cap`. */
export function rememberIncidents(
  memory: readonly KnownIncident[],
  taken: readonly KnownIncident[],
  cap: number = LIMITS.rememberedIncidents,
): KnownIncident[] {
  const renewed = new Set(taken.map(({ id }) => id));
  return [...memory.filter(({ id }) => !renewed.has(id)), ...taken].slice(-cap);
}

/**
 * Which alerts of a whole reply are new: those inserted after the newest known one, provided that all others
 * are exactly as many as were sent. Otherwise (ties, alerts that moved in from another incident, unknown
 * times) all count as new, for sending one twice is better than not at all.
 */
export function newAlerts(
  insertMs: readonly (number | undefined)[],
  known: KnownIncident | null,
): boolean[] {
  const newestMs = known?.newestMs ?? null;
  if (known === null || newestMs === null) return insertMs.map(() => true);
  const isNew = insertMs.map((ms) => ms === undefined || ms > newestMs);
  const old = isNew.filter((fresh) => !fresh).length;
  return old === known.alerts ? isNew : insertMs.map(() => true);
}

/** Latest of the times; null where one is unknown or there are none. */
export function newestOf(insertMs: readonly (number | undefined)[]): number | null {
  let newestMs: number | null = null;
  for (const ms of insertMs) {
    if (ms === undefined) return null;
    newestMs = Math.max(newestMs ?? ms, ms);
  }
  return newestMs;
}
