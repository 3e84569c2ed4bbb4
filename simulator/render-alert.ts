import { mix, pick } from './random.js';
import { renderEvent, renderEventColumns } from './render-event.js';

/** What an alert's JSON is made from. Times are epoch ms. */
export interface AlertView {
  readonly seed: number;
  readonly id: string;
  readonly index: number;
  readonly insertMs: number;
  readonly detectionMs: number;
  readonly eventCount: number;
}

const SALT = { severity: 11, caseId: 12, name: 13, host: 14, externalId: 15 };
const NAMES = [
  'Rare LDAP query',
  'Skript aus Temp gestartet\nwiederholt',
  'DNS tunnelling',
] as const;

/** JSON text of one row of `get_alerts_multi_events` v1: the alert with its whole events. */
export function renderAlertWithEvents(view: AlertView): string {
  const events = Array.from({ length: view.eventCount }, (_, position) =>
    renderEvent(view, position),
  );
  return `{${envelope(view)},"events":[${events.join(',')}]}`;
}

/** JSON text of one row of the v2 call: every event column is an array, and there are no events. */
export function renderAlertWithColumns(view: AlertView): string {
  return `{${envelope(view)},${renderEventColumns(view)},"events":null}`;
}

/** JSON text of one row of `get_alerts` and of extra data: the first event merged into the alert. */
export function renderFlatAlert(view: AlertView): string {
  const event = renderEvent(view, 0).slice(1, -1);
  return `{${envelope(view)},${event},"events_length":${view.eventCount}}`;
}

function envelope(view: AlertView): string {
  const random = (salt: number): number => mix(view.seed, view.index, salt);
  const fields = {
    severity: pick(['low', 'medium', 'high'], random(SALT.severity)),
    matching_status: 'MATCHED',
    end_match_attempt_ts: null,
    local_insert_ts: view.insertMs,
    last_modified_ts: null,
    bioc_indicator: null,
    matching_service_rule_id: null,
    attempt_counter: null,
    case_id: random(SALT.caseId) % 3 === 0 ? null : random(SALT.caseId) % 10_000,
    is_whitelisted: false,
    starred: false,
    filter_rule_id: null,
    mitre_tactic_id_and_name: ['TA0011 - Command and Control'],
    mitre_technique_id_and_name: [''],
    agent_version: '8.1.0.1',
    agent_os_type: 'Windows',
    mac_addresses: null,
    alert_type: 'Unclassified',
    resolution_status: 'STATUS_010_NEW',
    resolution_comment: null,
    dynamic_fields: { nested: { value: null }, list: [null, 1] },
    tags: ['DS:PANW/XDR Agent'],
    alert_id: view.id,
    detection_timestamp: view.detectionMs,
    name: pick(NAMES, random(SALT.name)),
    category: 'Network',
    endpoint_id: random(SALT.host).toString(16).padStart(32, '0'),
    description: 'Ungewöhnlich – 異常\n"quoted" \\ path',
    host_ip: ['10.1.2.3', '10.1.2.4'],
    host_name: `ws-${random(SALT.host) % 5000}`,
    source: 'XDR Analytics',
    action: 'DETECTED',
    action_pretty: 'Detected',
  };
  // A number beyond 2^53: only a lossless parser keeps its last digits.
  const externalId = `7317${String(random(SALT.externalId)).padStart(15, '0')}`;
  return `"external_id":${externalId},${JSON.stringify(fields).slice(1, -1)}`;
}
