import type { StreamName } from '../../../src/pull/settings.js';

/** What the tenant holds of one record. Times are epoch ms; those of `agent_audits` have fractions. */
export interface ModelRecord {
  readonly stream: Exclude<StreamName, 'incidents' | 'incident_alerts'>;
  readonly id: number;
  /** The tenant's time: what the stream filters by, but for alerts that are asked for by detection. */
  readonly timeMs: number;
  /** The endpoint's time, for alerts. */
  readonly detectedMs: number;
  /** From when on the API shows it. */
  readonly visibleMs: number;
  /** Events of an alert. */
  readonly events: number;
  /** Nothing in it names it. */
  readonly malformed: boolean;
}

export interface IncidentVersion {
  readonly modifiedMs: number;
  readonly visibleMs: number;
}

export interface IncidentAlert {
  readonly id: number;
  readonly insertedMs: number;
  readonly visibleMs: number;
  /** From when on the incident counts it; before `visibleMs` where the alert comes late. */
  readonly countedMs: number;
}

export interface ModelIncident {
  readonly id: number;
  /** Oldest first; only the last that is visible can be seen. */
  readonly versions: IncidentVersion[];
  readonly alerts: IncidentAlert[];
}

/** What one record of a stream is owed as: the events that have to arrive. */
export interface Owed {
  readonly stream: StreamName;
  readonly identities: readonly string[];
  /** By the field that it is asked for by. */
  readonly timeMs: number;
  readonly visibleMs: number;
  /** When it could be sent for the first time: an alert comes with each version of its incident. */
  readonly firstMs: number;
}

/** Name of an incident's version, and of one of its alerts. */
export const incidentName = (id: number, modifiedMs: number) => `incident ${id}@${modifiedMs}`;
export const incidentAlertName = (id: number, alert: number) => `incident ${id}/${alert}`;

/** Names of the events that a record goes out as. */
export function namesOf({ stream, id, events, timeMs, malformed }: ModelRecord): string[] {
  if (malformed) return [`${stream} malformed ${id}`];
  switch (stream) {
    case 'alerts':
      return [`alert ${id}`, ...Array.from({ length: events }, (_, at) => `alert ${id}#${at + 1}`)];
    case 'agent_audits':
      return [`report ${id}@${timeMs}`];
    case 'all_alerts':
      return [`flat alert ${id}`];
    case 'audit_managements':
      return [`audit ${id}`];
  }
}

/** A record as the API shows it. */
export function rowOf(record: ModelRecord): object {
  const { stream, id, timeMs, detectedMs, events, malformed } = record;
  if (malformed) return { text: `malformed ${id}`, [TIME_OF[stream]]: timeMs };
  switch (stream) {
    case 'alerts':
      return {
        alert_id: String(id),
        local_insert_ts: timeMs,
        detection_timestamp: detectedMs,
        events: Array.from({ length: events }, () => ({ actor: 'someone' })),
      };
    case 'all_alerts':
      return { alert_id: String(id), local_insert_ts: timeMs, detection_timestamp: detectedMs };
    case 'audit_managements':
      return { AUDIT_ID: id, AUDIT_INSERT_TIME: timeMs };
    case 'agent_audits':
      return { ENDPOINTID: String(id), TIMESTAMP: timeMs, DESCRIPTION: 'report' };
  }
}

const TIME_OF = {
  alerts: 'local_insert_ts',
  all_alerts: 'detection_timestamp',
  audit_managements: 'AUDIT_INSERT_TIME',
  agent_audits: 'TIMESTAMP',
} as const;

type Fields = Readonly<Record<string, string | number | undefined>>;

/** Name of an event that arrived, by its tag and its fields; undefined for one that the tenant never had. */
export function nameOfEvent(tag: string, event: Fields): string | undefined {
  if (typeof event.text === 'string' && event.text.startsWith('malformed ')) {
    const stream = Object.entries(MAIN_TAGS).find(([, each]) => each === tag)?.[0];
    return `${stream ?? tag} ${event.text}`;
  }
  switch (tag) {
    case MAIN_TAGS.incidents:
      return incidentName(Number(event.incident_id), Number(event.modification_time));
    case MAIN_TAGS.incident_alerts:
      return incidentAlertName(Number(event.incident_id), Number(event.alert_id));
    case MAIN_TAGS.alerts:
      return `alert ${event.alert_id ?? ''}`;
    case EVENT_TAG:
      return `alert ${event.alert_id ?? ''}#${event.events_id ?? ''}`;
    case MAIN_TAGS.all_alerts:
      return `flat alert ${event.alert_id ?? ''}`;
    case MAIN_TAGS.audit_managements:
      return `audit ${event.AUDIT_ID ?? ''}`;
    case MAIN_TAGS.agent_audits:
      return `report ${event.ENDPOINTID ?? ''}@${event.TIMESTAMP ?? ''}`;
    default:
      return undefined;
  }
}

/** The tags of this world: one for each stream, so that each event tells where it belongs. */
export const MAIN_TAGS = {
  incidents: 'edr.cortex_xdr.incidents',
  incident_alerts: 'edr.cortex_xdr.incident_alerts',
  alerts: 'edr.cortex_xdr.alerts_multi',
  all_alerts: 'edr.cortex_xdr.alerts',
  audit_managements: 'edr.cortex_xdr.audit_managements',
  agent_audits: 'edr.cortex_xdr.agent_audits',
} as const satisfies Record<StreamName, string>;
export const EVENT_TAG = 'edr.cortex_xdr.alerts_multi_event';
