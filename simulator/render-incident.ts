import { mix, pick } from './random.js';

/** What an incident's JSON is made from. Times are epoch ms. */
export interface IncidentView {
  readonly seed: number;
  readonly id: string;
  readonly index: number;
  readonly creationMs: number;
  readonly modificationMs: number;
  readonly revision: number;
  readonly alertCount: number;
}

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const STATUSES = [
  'new',
  'under_investigation',
  'resolved_threat_handled',
  'resolved_false_positive',
] as const;
const SUMMARIES = [
  'Unusual sign-in by a service account',
  'Rare process chain on a workstation\nseen for the first time',
  'Mögliche Datenabfuhr über DNS – 検出',
  'Credential store read by "script.exe" \\ shell',
] as const;

/** JSON text of one row of `get_incidents`, about 950 bytes; the same view always gives the same text. */
export function renderIncident(view: IncidentView): string {
  const random = (salt: number): number => mix(view.seed, view.index, salt);
  const host = `ws-${String(random(1) % 5000)}`;
  return JSON.stringify({
    incident_id: view.id,
    is_blocked: false,
    incident_name: null,
    creation_time: view.creationMs,
    modification_time: view.modificationMs,
    detection_time: null,
    status: STATUSES[view.revision % STATUSES.length],
    severity: pick(SEVERITIES, random(2)),
    description: pick(SUMMARIES, random(3)),
    assigned_user_mail: null,
    assigned_user_pretty_name: null,
    alert_count: view.alertCount,
    low_severity_alert_count: 0,
    med_severity_alert_count: view.alertCount,
    high_severity_alert_count: 0,
    critical_severity_alert_count: 0,
    user_count: 1,
    host_count: 1,
    notes: view.revision === 0 ? null : `revision ${String(view.revision)}`,
    resolve_comment: null,
    resolved_timestamp: null,
    manual_severity: null,
    manual_description: null,
    manual_score: null,
    rule_based_score: random(4) % 100,
    aggregated_score: random(4) % 100,
    xdr_url: `https://tenant.invalid/incident-view?caseId=${view.id}`,
    starred: false,
    starred_manually: false,
    hosts: [`${host}:${random(5).toString(16).padStart(32, '0')}`],
    users: [`corp\\user${String(random(6) % 900)}`],
    incident_sources: ['XDR Agent'],
    wildfire_hits: 0,
    alerts_grouping_status: 'Enabled',
    mitre_tactics_ids_and_names: ['TA0006 - Credential Access'],
    mitre_techniques_ids_and_names: null,
    alert_categories: ['Credential Access'],
    original_tags: ['DS:PANW/XDR Agent'],
    tags: [],
  });
}
