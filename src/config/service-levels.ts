import type { ServiceName } from './model.js';
import type { Level, Settings } from './settings.js';

/** Longest pull period, 30 days; longest settle, a day; longest lookback, a week; seconds. */
const LONGEST = { period: 2_592_000, settle: 86_400, lookback: 604_800 } as const;

const COMMON = {
  api_fqdn: {
    doc: 'Host of the tenant, in any form it is pasted.',
    format: 'fqdn',
    default: undefined,
    defaultText: 'api_fqdn of the input',
  },
  request_period_in_seconds: {
    doc: 'Seconds from the start of one pull to the start of the next.',
    format: 'seconds',
    default: 300,
    min: 1,
    max: LONGEST.period,
  },
  start_time: {
    doc: 'Where pulling begins; a changed value restarts the persistence from it.',
    format: 'time',
    default: undefined,
    defaultText: '24 hours before the first start',
  },
  settle_in_seconds: {
    doc: 'Records younger than this wait for the next pull, for more may still appear among them.',
    format: 'seconds',
    default: 60,
    min: 0,
    max: LONGEST.settle,
  },
  lookback_in_seconds: {
    doc: 'How far behind its position each pull reads again, for records that appear late.',
    format: 'seconds',
    default: undefined,
    defaultText: '300; 3600 for all_alerts, agent_audits and alerts by creation_time',
    min: 0,
    max: LONGEST.lookback,
  },
  requests_per_second: {
    doc: 'Most calls of the API per second; added to the limits of the input, which all its services share.',
    format: 'whole',
    default: undefined,
    min: 1,
    max: 10_000,
  },
} as const satisfies Settings;

const NESTED = ['requests_limits'] as const;
const UNUSED = ['use_time_slots_for_retrievals', 'retries'] as const;
const REFUSED = {
  obfuscation_data: {
    code: 'CONFIG_OBFUSCATION_UNSUPPORTED',
    expected: 'no such key: this collector hides no values, they would reach Devo in clear',
    advice:
      'remove it if Devo may hold these values; otherwise leave this service to a collector that hides them',
  },
} as const;

/** A service's level: the common keys, its default tag, and keys of its own. */
function level<const Own extends Settings>(service: ServiceName, tag: string, own: Own) {
  return {
    path: `inputs.<name>.services.${service}`,
    settings: {
      ...COMMON,
      override_devo_tag: { format: 'tag', default: tag, doc: 'Devo tag of the events.' } as const,
      ...own,
    },
    nested: NESTED,
    unused: UNUSED,
    refused: REFUSED,
  };
}

/** Default tags of the events that are not a service's own rows. */
export const EXTRA_TAGS = {
  event: 'edr.cortex_xdr.alerts_multi_event',
  incidentAlert: 'edr.cortex_xdr.alerts',
  incidentArtifact: 'edr.cortex_xdr.incident_artifacts',
} as const;

export const SERVICE_LEVELS = {
  incidents: level('incidents', 'edr.cortex_xdr.incidents', {
    include_incident_alerts: {
      doc: 'Delivers the alerts of each incident too.',
      format: 'flag',
      default: false,
    },
    override_incident_alert_tag: {
      doc: 'Devo tag of the alerts of incidents.',
      format: 'tag',
      default: EXTRA_TAGS.incidentAlert,
    },
    include_incident_artifacts: {
      doc: 'Delivers the network and file artifacts of each incident too.',
      format: 'flag',
      default: false,
    },
    override_incident_artifact_tag: {
      doc: 'Devo tag of the artifacts of incidents.',
      format: 'tag',
      default: EXTRA_TAGS.incidentArtifact,
    },
    // The API's own default; a higher maximum is not documented.
    alerts_limit: {
      doc: 'Most alerts asked for per incident.',
      format: 'whole',
      default: 1_000,
      min: 1,
      max: 100_000,
    },
  }),
  alerts: level('alerts', 'edr.cortex_xdr.alerts_multi', {
    api_version: {
      doc: 'Version of the call; v2 has no events of their own.',
      format: 'choice',
      values: ['v1', 'v2'],
      default: 'v1',
    },
    time_field: {
      doc: 'Time that alerts are asked for by.',
      format: 'choice',
      values: ['server_creation_time', 'creation_time'],
      default: undefined,
      defaultText: 'server_creation_time, or creation_time where the tenant refuses it',
    },
    override_devo_event_tag: {
      doc: 'Devo tag of the events of alerts.',
      format: 'tag',
      default: EXTRA_TAGS.event,
    },
  }),
  all_alerts: level('all_alerts', 'edr.cortex_xdr.alerts', {}),
  audit_managements: level('audit_managements', 'edr.cortex_xdr.audit_managements', {}),
  agent_audits: level('agent_audits', 'edr.cortex_xdr.agent_audits', {}),
} as const satisfies Readonly<Record<ServiceName, Level>>;
