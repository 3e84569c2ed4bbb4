import type { AlertView } from './render-alert.js';
import { mix } from './random.js';

const SALT = { pid: 31, address: 32, event: 33 };

/** Columns that are null in the events of this tenant, as most columns of most events are. */
const EMPTY_COLUMNS = [
  'actor_process',
  'causality_actor',
  'os_actor',
  'action_file',
  'fw',
  'dst',
].flatMap((prefix) =>
  ['image_md5', 'image_sha256', 'command_line', 'signature_vendor', 'auth_id', 'session_id']
    .concat(['app_category', 'interface_from', 'serial_number', 'url_domain', 'device_name'])
    .map((name) => `${prefix}_${name}_unused`),
);
const EMPTY_TEXT = EMPTY_COLUMNS.map((name) => `"${name}":null`).join(',');

/** Columns of one event that hold something, as pairs of name and JSON text. */
function columns(alert: AlertView, position: number): readonly (readonly [string, string])[] {
  const event = mix(alert.seed, alert.index * 8 + position, SALT.event);
  const pid = 400 + (mix(alert.seed, event, SALT.pid) % 60_000);
  const address = mix(alert.seed, event, SALT.address);
  return [
    ['event_type', '"Process Execution"'],
    ['event_timestamp', String(alert.detectionMs - (event % 1000))],
    // One event in 16: an integer beyond 2^53.
    ['event_id', event % 16 === 0 ? `9${String(event).padStart(18, '0')}` : `"${event}"`],
    ['actor_process_instance_id', `"AdR${event.toString(36)}=="`],
    ['actor_process_image_name', `"updater-${event % 90}.exe"`],
    ['actor_process_image_path', `"C:\\\\ProgramData\\\\Ünit\\\\updater-${event % 90}.exe"`],
    ['actor_process_command_line', `"updater.exe /quiet \\"/log:C:\\\\t.txt\\" ${event}"`],
    ['actor_process_signature_status', '"SIGNATURE_UNSIGNED"'],
    ['actor_process_causality_id', `"C${event.toString(36)}"`],
    ['actor_process_os_pid', String(pid)],
    ['actor_thread_thread_id', String(pid + 4)],
    ['causality_actor_causality_id', `"C${event.toString(36)}"`],
    ['causality_actor_process_signature_status', '"N/A"'],
    ['action_local_ip', `"10.1.${(address >>> 8) & 255}.${address & 255}"`],
    ['action_local_port', String(49_152 + (address % 16_000))],
    ['action_remote_ip', `"198.51.100.${address & 255}"`],
    ['action_remote_port', '443'],
    ['action_external_hostname', '""'],
    ['action_country', '"UNKNOWN"'],
    ['contains_featured_host', '"NO"'],
    ['contains_featured_user', '"NO"'],
    ['contains_featured_ip', '"NO"'],
    ['user_name', '"CORP\\\\m.okafor"'],
    ['details', `{"nested":{"empty":null,"list":[null,{"depth":${position}}]}}`],
  ];
}

/** JSON text of one event, about 2.8 KB with its many nulls. */
export function renderEvent(alert: AlertView, position: number): string {
  const filled = columns(alert, position)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',');
  return `{${filled},${EMPTY_TEXT}}`;
}

/** The events of an alert as columns: one array of values per column; without braces. */
export function renderEventColumns(alert: AlertView): string {
  const values = new Map<string, string[]>();
  for (let position = 0; position < alert.eventCount; position++) {
    for (const [name, text] of columns(alert, position)) {
      values.set(name, [...(values.get(name) ?? []), text]);
    }
  }
  return [...[...values].map(([name, texts]) => `"${name}":[${texts.join(',')}]`), EMPTY_TEXT].join(
    ',',
  );
}
