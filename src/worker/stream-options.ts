import { createHmac } from 'node:crypto';
import type { InputConfig, OutputConfig, ServiceConfig } from '../config/model.js';
import type { StreamName } from '../pull/settings.js';

/** Hex digits of a hash: enough to see a change, too few to try keys against. */
const HASH_DIGITS = 8;

/**
 * What the config says of a stream beside its settings, by the operator's key. Of secrets, and of what holds
 * some, a short hash alone, which begins with `#`.
 */
export function streamOptions(
  stream: StreamName,
  service: ServiceConfig,
  input: InputConfig,
  outputs: readonly OutputConfig[],
): Record<string, string> {
  const { apiKey, apiKeyId, authType } = input.credentials;
  const options: Record<string, string | undefined> = {
    api_fqdn: service.apiFqdn,
    credentials: hashed(apiKey, [apiKeyId, authType]),
    proxy: input.proxy === undefined ? undefined : hashed(input.proxy, []),
    environment: input.environment,
    requests_limits: input.requestLimits
      .map(({ requests, periodMs }) => `${requests} in ${periodMs / 1_000} s`)
      .join(', '),
    ...ofStream(stream, service, input),
    ...Object.fromEntries(outputs.map((output) => [`outputs.${output.name}`, describe(output)])),
  };
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function ofStream(
  stream: StreamName,
  service: ServiceConfig,
  { extraDataPerMinute }: InputConfig,
): Record<string, string | undefined> {
  const { tags } = service;
  switch (stream) {
    case 'incident_alerts':
      return {
        override_incident_alert_tag: tags.incidentAlert,
        include_incident_artifacts: String(service.includeIncidentArtifacts),
        override_incident_artifact_tag: service.includeIncidentArtifacts
          ? tags.incidentArtifact
          : undefined,
        alerts_limit: String(service.alertsLimit),
        extra_data_requests_per_minute: String(extraDataPerMinute),
      };
    case 'alerts':
      return {
        override_devo_tag: tags.main,
        override_devo_event_tag: tags.event,
        api_version: service.apiVersion,
        time_field: service.timeField,
      };
    case 'incidents':
    case 'all_alerts':
    case 'audit_managements':
    case 'agent_audits':
      return { override_devo_tag: tags.main };
  }
}

/** Where it goes, and a hash of how: addresses are what one looks for in a plan, certificates' paths seldom. */
function describe(output: OutputConfig): string {
  const { name, type, ...rest } = output;
  const place =
    'port' in output
      ? `${output.address}:${output.port}`
      : 'address' in output
        ? output.address
        : '';
  return [type, place, hashed(name, [JSON.stringify(rest)])]
    .filter((part) => part !== '')
    .join(' ');
}

/** The secret is the hash's key, so that what else goes in tells nothing about it. */
function hashed(secret: string, more: readonly string[]): string {
  const hash = createHmac('sha256', secret).update(JSON.stringify(more)).digest('hex');
  return `#${hash.slice(0, HASH_DIGITS)}`;
}
