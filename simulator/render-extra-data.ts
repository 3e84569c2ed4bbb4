import { renderFlatAlert } from './render-alert.js';
import { renderIncident } from './render-incident.js';
import type { IncidentView } from './render-incident.js';
import { mix } from './random.js';

const SALT = { order: 41, artifact: 42 };
/** Ids of an incident's alerts are its own id times this, plus 1 and up: more than any incident has. */
const ALERTS_PER_INCIDENT = 100_000;
/** A key whose value is null, with the comma after it; escaped quotes inside strings do not match. */
const NULL_MEMBER = /"[A-Za-z0-9_]+":null(,|(?=\}))/g;

export interface ExtraDataOptions {
  /** Most alerts of one incident in the reply. */
  readonly alertsLimit: number;
  readonly dropNulls: boolean;
  /** Parts left out: `network_artifacts`, `file_artifacts`. */
  readonly exclude: readonly string[];
}

/** Id of the alert at a position of an incident; positions go from 0 to `alertCount - 1`. */
export function incidentAlertId(incidentId: string, position: number): string {
  return String(Number(incidentId) * ALERTS_PER_INCIDENT + position + 1);
}

/** JSON text of an incident with its alerts and artifacts, alerts in no order. */
export function renderExtraData(incident: IncidentView, options: ExtraDataOptions): string {
  const positions = Array.from({ length: incident.alertCount }, (_, position) => position)
    .map((position) => ({ position, order: mix(incident.index, position, SALT.order) }))
    .sort((left, right) => left.order - right.order)
    .slice(0, options.alertsLimit);
  const alerts = positions.map(({ position }) => renderIncidentAlert(incident, position));
  const parts = [
    `"incident":${renderIncident(incident)}`,
    `"alerts":${list(incident.alertCount, alerts)}`,
  ];
  const artifacts: Record<string, readonly string[]> = {
    network_artifacts: renderNetworkArtifacts(incident),
    file_artifacts: renderFileArtifacts(incident),
  };
  for (const [name, items] of Object.entries(artifacts)) {
    if (!options.exclude.includes(name)) parts.push(`"${name}":${list(items.length, items)}`);
  }
  const text = `{${parts.join(',')}}`;
  return options.dropNulls ? dropNulls(text) : text;
}

/** What tells the artifacts of an incident apart: the address or the hash. */
export function artifactKeys(incident: IncidentView): readonly string[] {
  const number = mix(incident.seed, incident.index, SALT.artifact);
  return [`203.0.113.${number & 255}`, number.toString(16).padStart(64, '0')];
}

function renderIncidentAlert(incident: IncidentView, position: number): string {
  const insertMs = incident.creationMs + position;
  return renderFlatAlert({
    seed: incident.seed,
    id: incidentAlertId(incident.id, position),
    index: incident.index * 64 + position,
    insertMs,
    detectionMs: insertMs - 20,
    eventCount: 1 + (position % 3),
  });
}

function renderNetworkArtifacts(incident: IncidentView): readonly string[] {
  return [
    `{"type":"IP","alert_count":1,"is_manual":false,"network_domain":"",` +
      `"network_remote_ip":"${artifactKeys(incident)[0] ?? ''}","network_remote_port":443,` +
      `"network_country":"-"}`,
  ];
}

function renderFileArtifacts(incident: IncidentView): readonly string[] {
  return [
    `{"type":"HASH","alert_count":1,"is_manual":false,"is_malicious":false,"is_process":true,` +
      `"file_name":"updater.exe","file_sha256":"${artifactKeys(incident)[1] ?? ''}",` +
      `"file_signature_status":"SIGNATURE_UNSIGNED","file_signature_vendor_name":null,` +
      `"file_wildfire_verdict":"UNKNOWN","low_confidence":false}`,
  ];
}

function list(total: number, items: readonly string[]): string {
  return `{"total_count":${total},"data":[${items.join(',')}]}`;
}

function dropNulls(text: string): string {
  return text.replaceAll(NULL_MEMBER, '').replaceAll(',}', '}');
}
