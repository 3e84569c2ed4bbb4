import type { InputConfig, ServiceConfig } from '../config/model.js';
import type { JsonObject } from '../cortex/json.js';
import type { StreamIdentity } from '../pull/settings.js';
import { textOf } from '../services/values.js';

/** By what a record of the API is found again in a table of Devo. */
export interface RecordIdentity {
  readonly tag: string;
  /** Fields that name the record, as the delivered JSON has them. */
  readonly key: readonly string[];
  /** The record's time, epoch ms. */
  readonly time: string;
  /** What tells events of this stream from others in the same table. */
  readonly only: readonly { readonly field: string; readonly value: string | null }[];
  /** Whether a record of the API is only replaced by a newer one, so that Devo rightly has more than the API shows. */
  readonly replaced: boolean;
}

const PARTS = {
  incidents: { key: ['incident_id', 'modification_time'], time: 'modification_time' },
  alerts: { key: ['alert_id'], time: 'local_insert_ts' },
  all_alerts: { key: ['alert_id'], time: 'detection_timestamp' },
  audit_managements: { key: ['AUDIT_ID'], time: 'AUDIT_INSERT_TIME' },
} as const;

/** The identity of a stream's records; undefined for streams whose records have none that a query could use. */
export function identityOf(
  { stream }: StreamIdentity,
  input: InputConfig,
  service: ServiceConfig,
): RecordIdentity | undefined {
  if (stream === 'agent_audits' || stream === 'incident_alerts') return undefined;
  const { key, time } = PARTS[stream];
  const byCreation = stream === 'alerts' && service.timeField === 'creation_time';
  const tag = service.tags.main;
  const { environment } = input;
  // The alerts of incidents stand in the same table by default, and have their incident beside them.
  const sharesTable = stream === 'all_alerts' && alertsOfIncidents(input).includes(tag);
  return {
    ...{ tag, key, time: byCreation ? 'detection_timestamp' : time },
    ...{ replaced: stream === 'incidents' },
    only: [
      ...(sharesTable ? [{ field: 'incident_id', value: null }] : []),
      ...(environment === undefined ? [] : [{ field: '@devo_environment', value: environment }]),
    ],
  };
}

function alertsOfIncidents({ services }: InputConfig): string[] {
  return services
    .filter(
      ({ service, includeIncidentAlerts }) => service === 'incidents' && includeIncidentAlerts,
    )
    .map(({ tags }) => tags.incidentAlert);
}

/** The key of a record as one text; undefined where it lacks a part. */
export function keyOf(record: JsonObject, { key }: RecordIdentity): string | undefined {
  const parts = key.map((field) => textOf(record[field]));
  return parts.includes(undefined) ? undefined : parts.join('@');
}
