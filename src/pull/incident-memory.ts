import { LIMITS } from './limits.js';

/** What was sent of an incident, so that only what is new goes out when it is asked for again. */
export interface KnownIncident {
  readonly id: string;
  /** `modification_time` of the version that was asked for last, epoch ms; null where it has none. */
  readonly modifiedMs: number | null;
  /** How many alerts the API counted then; null where it gave no number. */
  readonly alertCount: number | null;
  /** How many of those it did not show. */
  readonly missing: number;
  /** Short hashes of the alerts sent so far, of `ALERT_KEY_LENGTH` characters each, one after the other. */
  readonly alertKeys: string;
  /** Short hash of its artifacts; null where they are not asked for. */
  readonly artifacts: string | null;
}

/** An incident as the list of changed ones shows it. */
export interface ListedIncident {
  readonly id: string;
  readonly modifiedMs: number | null;
  readonly alertCount: number | null;
}

/** An incident whose alerts are asked for, with what was sent of it before. */
export interface AskedIncident extends ListedIncident {
  readonly known: KnownIncident | null;
}

/** 48 bits: of an incident's 1,000 alerts a new one is taken for a known one once in 10^11. */
export const ALERT_KEY_LENGTH = 8;

/** The memory with these incidents as its newest; the oldest go beyond the caps. */
export function rememberIncidents(
  memory: readonly KnownIncident[],
  taken: readonly KnownIncident[],
  caps: { readonly incidents: number; readonly alerts: number } = {
    incidents: LIMITS.rememberedIncidents,
    alerts: LIMITS.rememberedAlerts,
  },
): KnownIncident[] {
  const renewed = new Set(taken.map(({ id }) => id));
  const newest = [...memory.filter(({ id }) => !renewed.has(id)), ...taken].slice(-caps.incidents);
  let room = caps.alerts * ALERT_KEY_LENGTH;
  const kept: KnownIncident[] = [];
  for (const incident of newest.toReversed()) {
    if (room === 0) break;
    const alertKeys = incident.alertKeys.slice(-room);
    // Known in part, an older one is as good as forgotten: what is not known goes out again.
    if (alertKeys.length < incident.alertKeys.length && kept.length > 0) break;
    room -= alertKeys.length;
    kept.push(alertKeys === incident.alertKeys ? incident : { ...incident, alertKeys });
  }
  return kept.reverse();
}

/** Which of these alerts were not sent before, and the keys of all that were sent by then. */
export function newAlerts(
  keys: readonly string[],
  known: KnownIncident | null,
): { readonly isNew: readonly boolean[]; readonly alertKeys: string } {
  const sent = new Set(unpack(known?.alertKeys ?? ''));
  const isNew = keys.map((key) => {
    const short = key.slice(0, ALERT_KEY_LENGTH);
    const fresh = !sent.has(short);
    sent.add(short);
    return fresh;
  });
  return { isNew, alertKeys: [...sent].join('') };
}

function unpack(alertKeys: string): string[] {
  return Array.from({ length: alertKeys.length / ALERT_KEY_LENGTH }, (_, at) =>
    alertKeys.slice(at * ALERT_KEY_LENGTH, (at + 1) * ALERT_KEY_LENGTH),
  );
}
