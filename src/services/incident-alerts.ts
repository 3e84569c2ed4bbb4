import { isJsonObject } from '../cortex/json.js';
import type { JsonObject, JsonValue } from '../cortex/json.js';
import type { ServiceConfig } from '../config/model.js';
import { canonicalText } from './key.js';
import type { DevoEvent } from './service.js';
import { countOf, textOf } from './values.js';

/** One alert or artifact of an incident, as it goes out. */
export interface IncidentItem {
  /** Text unique among the items of all incidents. */
  readonly key: string;
  readonly malformed: boolean;
  readonly event: DevoEvent;
}

/** The extra data of one incident: an entry of the batch call, or the reply of the single one. */
export interface IncidentExtraData {
  /** undefined: the entry is not what the API documents, and its items cannot be told apart. */
  readonly incidentId: string | undefined;
  /** Alerts the incident has; more than `alerts` where the reply is capped. */
  readonly alertTotal: number;
  /** `alert_count` of the incident; null where the reply gives none. */
  readonly alertCount: number | null;
  /** One per alert in the reply. */
  readonly alerts: readonly IncidentItem[];
  /** Network artifacts, then file artifacts; empty unless the config asks for them. */
  readonly artifacts: readonly IncidentItem[];
}

/** Reads the extra data of one incident. Missing lists and null are empty. */
export function readExtraData(entry: JsonValue, config: ServiceConfig): IncidentExtraData {
  const data = unwrapped(entry);
  const incident = isJsonObject(data.incident) ? data.incident : data;
  const idField = incident.incident_id;
  const incidentId = textOf(idField);
  const item = (kind: 'alert' | 'artifact', record: JsonValue): IncidentItem => {
    const alertId = kind === 'alert' && isJsonObject(record) ? textOf(record.alert_id) : undefined;
    return {
      key: `${incidentId ?? ''}/${kind}/${alertId ?? canonicalText(record)}`,
      malformed: !isJsonObject(record) || (kind === 'alert' && alertId === undefined),
      event: {
        tag: kind === 'alert' ? config.tags.incidentAlert : config.tags.incidentArtifact,
        payload: withIncidentId(record, idField),
      },
    };
  };
  const alerts = rowsOf(data.alerts).map((record) => item('alert', record));
  const artifacts = config.includeIncidentArtifacts
    ? [...rowsOf(data.network_artifacts), ...rowsOf(data.file_artifacts)]
    : [];
  return {
    incidentId,
    alertTotal: alertTotal(data, incident, alerts.length),
    alertCount: countOf(incident.alert_count) ?? null,
    alerts,
    artifacts: artifacts.map((record) => item('artifact', record)),
  };
}

/** Some tenants wrap the one incident into a list, bare or named, as the batch call has it. */
function unwrapped(entry: JsonValue): JsonObject {
  const list = isJsonObject(entry) ? entry.incidents : entry;
  const [only] = Array.isArray(list) ? list : [entry];
  return isJsonObject(only) ? only : {};
}

/** The lists come as `{total_count, data}`; a bare list is taken too. */
function rowsOf(list: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(list)) return list;
  const rows = isJsonObject(list) ? list.data : undefined;
  return Array.isArray(rows) ? rows : [];
}

/** The largest of what the reply counts: each of the counts is met missing or null. */
function alertTotal(data: JsonObject, incident: JsonObject, found: number): number {
  const listed = isJsonObject(data.alerts) ? data.alerts.total_count : undefined;
  return Math.max(found, countOf(listed) ?? 0, countOf(incident.alert_count) ?? 0);
}

function withIncidentId(record: JsonValue, incidentId: JsonValue | undefined): JsonValue {
  if (!isJsonObject(record) || incidentId === undefined) return record;
  return { ...record, incident_id: incidentId };
}
