import { mix, pick } from './random.js';

const SALT = { result: 51, session: 52, fraction: 53, endpoint: 54 };

/** The time of an agent's report: its whole millisecond with a fraction after it, never 0. */
export function withFraction(seed: number, index: number, timeMs: number): number {
  const fraction = 1 + (mix(seed, index, SALT.fraction) % 9998);
  return Number(`${timeMs}.${String(fraction).padStart(4, '0')}`);
}

/** JSON text of one row of `management_logs`; `timeMs` is epoch ms. */
export function renderManagementAudit(
  seed: number,
  index: number,
  id: string,
  timeMs: number,
): string {
  return JSON.stringify({
    AUDIT_ID: Number(id),
    AUDIT_OWNER_NAME: 'Analyst Ö',
    AUDIT_OWNER_EMAIL: 'analyst@example.invalid',
    AUDIT_ASSET_JSON: '{"kind":"policy"}',
    AUDIT_ASSET_NAMES: null,
    AUDIT_HOSTNAME: null,
    AUDIT_RESULT: pick(['SUCCESS', 'FAIL', 'PARTIAL'], mix(seed, index, SALT.result)),
    AUDIT_REASON: null,
    AUDIT_DESCRIPTION: 'Edited a policy\nand saved it',
    AUDIT_ENTITY: 'POLICY',
    AUDIT_ENTITY_SUBTYPE: 'Edit',
    AUDIT_SESSION_ID: mix(seed, index, SALT.session),
    AUDIT_CASE_ID: null,
    AUDIT_INSERT_TIME: timeMs,
    AUDIT_SEVERITY: 'SEV_010_INFO',
    AUDIT_USER_ROLES: [],
    AUDIT_ADDITIONAL_INFORMATION: null,
  });
}

/** JSON text of one row of `agents_reports`; `timeMs` is epoch ms with a fraction, `DESCRIPTION` tells rows apart. */
export function renderAgentReport(seed: number, index: number, timeMs: number): string {
  const endpoint = endpointNumber(seed, index);
  return JSON.stringify({
    TIMESTAMP: timeMs,
    RECEIVEDTIME: timeMs,
    ENDPOINTID: endpointId(endpoint),
    ENDPOINTNAME: `ws-${endpoint}`,
    DOMAIN: 'corp.example.invalid',
    XDRVERSION: '8.1.0.1',
    CATEGORY: 'status',
    TYPE: 'Agent status',
    SUBTYPE: 'Content update',
    RESULT: 'SUCCESS',
    REASON: '',
    DESCRIPTION: description(index),
    SEVERITY: 'informational',
  });
}

/** What tells reports apart, as they have no id: `<ENDPOINTID>@<TIMESTAMP>/<DESCRIPTION>`. */
export function agentReportIdentity(seed: number, index: number, timeMs: number): string {
  return `${endpointId(endpointNumber(seed, index))}@${timeMs}/${description(index)}`;
}

function endpointNumber(seed: number, index: number): number {
  return mix(seed, index, SALT.endpoint) % 5000;
}

function endpointId(endpoint: number): string {
  return endpoint.toString(16).padStart(32, '0');
}

function description(index: number): string {
  return `Report ${index} of the fleet`;
}
