import { newAlerts } from '../pull/incident-memory.js';
import type { AskedIncident, KnownIncident } from '../pull/incident-memory.js';
import type { FetchIncidentAlertsInput, IncidentAlertsReceipt } from '../pull/receipts.js';
import type { IncidentExtraData } from '../services/incident-alerts.js';
import { shortKey } from '../services/key.js';
import type { DevoEvent } from '../services/service.js';

/** Decides what of the incidents of one reply goes out, and what is remembered of each. */
export interface IncidentTaker {
  /** The events to send for an incident of the reply; none where another call has to bring it whole. */
  take(entry: IncidentExtraData): DevoEvent[];
  warn(text: string): void;
  result(): Pick<IncidentAlertsReceipt, 'counts' | 'taken' | 'leftOut' | 'warnings'>;
}

export function createIncidentTaker(input: FetchIncidentAlertsInput): IncidentTaker {
  const asked = new Map(input.incidents.map((incident) => [incident.id, incident]));
  const taken = new Map<string, KnownIncident>();
  const warnings: string[] = [];
  const tally = { records: 0, duplicates: 0, malformed: 0 };
  const single = input.call === 'single' ? input.incidents[0] : undefined;

  function take(entry: IncidentExtraData): DevoEvent[] {
    const incident = single ?? asked.get(entry.incidentId ?? '');
    // Nameless, a stranger, or the same one again: what was asked for and did not come is asked for singly.
    if (incident === undefined || taken.has(incident.id)) return [];
    const { known } = incident;
    const unique = uniqueItems(entry.alerts);
    // The reply's own count is the newer one.
    const alertCount = entry.alertCount ?? incident.alertCount;
    const missing = Math.max(entry.alertTotal, alertCount ?? 0) - entry.alerts.length;
    const { isNew, alertKeys } = newAlerts(
      unique.map(({ key }) => shortKey(key)),
      known,
    );
    const isKnown =
      known?.missing === 0 && known.alertCount === alertCount && isNew.every((fresh) => !fresh);
    // A batch shows some of many alerts, in no order.
    if (missing > 0 && input.call === 'batch' && !isKnown) return [];
    const alerts = unique.filter((_, at) => isNew[at] === true);
    const artifacts = uniqueItems(entry.artifacts);
    const hash = artifacts.length === 0 ? null : shortKey(artifacts.map(({ key }) => key).join());
    const sent = hash === (known?.artifacts ?? null) ? [] : artifacts;
    const items = [...alerts, ...sent];
    tally.records += unique.length + artifacts.length;
    tally.duplicates += unique.length + artifacts.length - items.length;
    tally.malformed += items.filter(({ malformed }) => malformed).length;
    taken.set(incident.id, {
      id: incident.id,
      modifiedMs: incident.modifiedMs,
      alertCount,
      missing: isKnown ? 0 : Math.max(0, missing),
      alertKeys,
      artifacts: hash,
    });
    return items.map(({ event }) => event);
  }

  return {
    take,
    warn: (text) => {
      warnings.push(text);
    },
    result: () => ({
      counts: { ...tally, requests: 1, rereads: 0 },
      taken: [...taken.values()],
      leftOut: input.incidents.filter(({ id }) => !taken.has(id)) satisfies AskedIncident[],
      warnings,
    }),
  };
}

/** The first of each key. */
function uniqueItems<Item extends { readonly key: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.toReversed().map((item) => [item.key, item])).values()].toReversed();
}
