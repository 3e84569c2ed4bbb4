import { agentReportIdentity } from './render-audit.js';
import { artifactKeys, incidentAlertId } from './render-extra-data.js';
import type { World } from './world.js';

/** What is accounted for, each under an identity of its own. */
export const BOOKS = [
  'incidents',
  'incident_alerts',
  'incident_artifacts',
  'alerts',
  'alert_events',
  'all_alerts',
  'audit_managements',
  'agent_audits',
] as const;
export type Book = (typeof BOOKS)[number];

/** The tags of a collector whose config overrides none. Two books share one: their records differ. */
export const DEFAULT_TAGS: Readonly<Record<Book, string>> = {
  incidents: 'edr.cortex_xdr.incidents',
  incident_alerts: 'edr.cortex_xdr.alerts',
  incident_artifacts: 'edr.cortex_xdr.incident_artifacts',
  alerts: 'edr.cortex_xdr.alerts_multi',
  alert_events: 'edr.cortex_xdr.alerts_multi_event',
  all_alerts: 'edr.cortex_xdr.alerts',
  audit_managements: 'edr.cortex_xdr.audit_managements',
  agent_audits: 'edr.cortex_xdr.agent_audits',
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Identity of a received event in each book: undefined where it does not belong there. In the order in
 * which books that share a tag are tried: those that ask for more fields come first.
 */
const IDENTITIES: readonly (readonly [Book, (event: Fields) => string | undefined])[] = [
  ['alert_events', (event) => join(event, ['alert_id', '#', 'events_id'])],
  ['incident_alerts', (event) => join(event, ['incident_id', '/', 'alert_id'])],
  ['incidents', (event) => join(event, ['incident_id', '@', 'modification_time'])],
  [
    'incident_artifacts',
    (event) =>
      join(event, ['incident_id', '/', 'file_sha256']) ??
      join(event, ['incident_id', '/', 'network_remote_ip']),
  ],
  ['alerts', (event) => join(event, ['alert_id'])],
  ['all_alerts', (event) => join(event, ['alert_id'])],
  ['audit_managements', (event) => join(event, ['AUDIT_ID'])],
  ['agent_audits', (event) => join(event, ['ENDPOINTID', '@', 'TIMESTAMP', '/', 'DESCRIPTION'])],
];

/** The book and the identity of an event by its tag and content; undefined for one that fits nowhere. */
export function identify(
  tag: string,
  event: Fields,
): { readonly book: Book; readonly identity: string } | undefined {
  for (const [book, identityOf] of IDENTITIES) {
    if (DEFAULT_TAGS[book] !== tag) continue;
    const identity = identityOf(event);
    if (identity !== undefined) return { book, identity };
  }
  return undefined;
}

/** Field values with the separators between them; undefined if a field is missing. */
function join(event: Fields, parts: readonly string[]): string | undefined {
  let text = '';
  for (const [position, part] of parts.entries()) {
    if (position % 2 === 1) {
      text += part;
      continue;
    }
    const value = event[part];
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    text += String(value);
  }
  return text;
}

/** A record that the tenant has shown. */
export interface ProducedRecord {
  readonly identity: string;
  /** False where it is no loss if the record did not arrive, though it may. */
  readonly owed: boolean;
}

export interface OwedOptions {
  /** Only records of this range of time are owed; both ends belong to it. Default: all. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Alerts of an incident with more alerts than this are not owed; default 1000. */
  readonly alertsLimit?: number;
}

/** All that the tenant ever showed of one book, made one at a time: a million records cost no memory. */
export function* produced(
  world: World,
  book: Book,
  options: OwedOptions = {},
): Generator<ProducedRecord, void, undefined> {
  const { fromMs = 0, toMs = Infinity, alertsLimit = 1000 } = options;
  const inRange = (timeMs: number): boolean => timeMs >= fromMs && timeMs <= toMs;
  const { incidents, alerts, audit_managements: audits, agent_audits: reports } = world;
  switch (book) {
    case 'incidents':
      // Nobody is owed a version that a later one has replaced.
      for (const { index, modificationMs } of incidents.superseded) {
        yield { identity: `${incidents.idOf(index)}@${modificationMs}`, owed: false };
      }
      for (const index of incidents.visible.indexes()) {
        const timeMs = incidents.timeOf(index);
        yield { identity: `${incidents.idOf(index)}@${timeMs}`, owed: inRange(timeMs) };
      }
      return;
    case 'incident_alerts':
      for (const index of incidents.visible.indexes()) {
        const { id, alertCount, modificationMs } = incidents.view(index);
        const owed = inRange(modificationMs) && alertCount <= alertsLimit;
        for (let position = 0; position < alertCount; position++) {
          yield { identity: `${id}/${incidentAlertId(id, position)}`, owed };
        }
      }
      return;
    case 'incident_artifacts':
      for (const index of incidents.visible.indexes()) {
        const incident = incidents.view(index);
        for (const key of artifactKeys(incident)) {
          yield { identity: `${incident.id}/${key}`, owed: inRange(incident.modificationMs) };
        }
      }
      return;
    case 'alerts':
      for (const index of alerts.visible.indexes()) {
        yield { identity: alerts.idOf(index), owed: inRange(alerts.timeOf(index)) };
      }
      return;
    case 'alert_events':
      for (const index of alerts.visible.indexes()) {
        const { id, eventCount, insertMs } = alerts.view(index);
        for (let number = 1; number <= eventCount; number++) {
          yield { identity: `${id}#${number}`, owed: inRange(insertMs) };
        }
      }
      return;
    case 'all_alerts':
      for (const index of alerts.byDetection.indexes()) {
        yield { identity: alerts.idOf(index), owed: inRange(alerts.detectionMs(index)) };
      }
      return;
    case 'audit_managements':
      for (const index of audits.visible.indexes()) {
        yield { identity: audits.idOf(index), owed: inRange(audits.timeOf(index)) };
      }
      return;
    case 'agent_audits':
      for (const index of reports.visible.indexes()) {
        const timeMs = reports.timeOf(index);
        yield { identity: agentReportIdentity(world.seed, index, timeMs), owed: inRange(timeMs) };
      }
      return;
  }
}
