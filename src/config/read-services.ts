import { addProblem } from './findings.js';
import { FORMATS } from './formats.js';
import { SERVICE_NAMES } from './model.js';
import type { RequestLimit, ServiceConfig, ServiceName } from './model.js';
import { nearestKey } from './nearest-key.js';
import { describeFound, isAbsent, isMapping, printable } from './printable.js';
import { join, readLevel } from './read-level.js';
import type { LevelContext } from './read-level.js';
import { readRequestsLimits } from './read-requests-limits.js';
import { EXTRA_TAGS, SERVICE_LEVELS } from './service-levels.js';
import type { Values } from './settings.js';

export interface ServicesContext extends LevelContext {
  readonly nowMs: number;
  /** `api_fqdn` of the input, undefined where it has none or a mistaken one. */
  readonly apiFqdn: string | undefined;
  /** Whether the input has one at all. */
  readonly apiFqdnGiven: boolean;
}

export interface ServicesReading {
  readonly services: ServiceConfig[];
  /** Limits set on services; they hold for the input, whose limiter all services share. */
  readonly limits: RequestLimit[];
}

/** Lookback where records appear late by nature, and elsewhere. */
const LONG_LOOKBACK_MS = 3_600_000;
const LOOKBACK_MS = 300_000;

/** Reads `services` of an input; a service without any key takes all defaults. */
export function readServices(raw: unknown, context: ServicesContext): ServicesReading {
  const { findings, path } = context;
  if (!isAbsent(raw) && !isMapping(raw)) {
    addProblem(findings, 'CONFIG_VALUE_INVALID', path, {
      found: describeFound(raw, true),
      expected: `a mapping of services: ${SERVICE_NAMES.join(', ')}`,
    });
    return { services: [], limits: [] };
  }
  const entries = Object.entries(raw ?? {});
  if (entries.length === 0) {
    addProblem(findings, 'CONFIG_NO_SERVICES', path, {
      found: 'nothing',
      expected: `at least one of ${SERVICE_NAMES.join(', ')}`,
      advice: 'add one, or set enabled: false on the input',
    });
  }
  const services: ServiceConfig[] = [];
  const limits: RequestLimit[] = [];
  for (const [name, each] of entries) {
    const inner = { ...context, path: join(path, name) };
    if (!isServiceName(name)) {
      const nearest = nearestKey(name, SERVICE_NAMES);
      addProblem(findings, 'CONFIG_SERVICE_UNKNOWN', inner.path, {
        found: `a service ${printable(name)}`,
        expected: `one of ${SERVICE_NAMES.join(', ')}`,
        advice: nearest === undefined ? undefined : `did you mean ${nearest}?`,
      });
      continue;
    }
    const { common, own } = readKeys(name, each, inner);
    services.push(serviceOf(name, each, common, own, inner));
    if (common.requests_per_second !== undefined) {
      limits.push({ requests: common.requests_per_second, periodMs: 1000 });
    }
    limits.push(
      ...readRequestsLimits(isMapping(each) ? each.requests_limits : undefined, {
        ...inner,
        path: `${inner.path}.requests_limits`,
      }),
    );
  }
  return { services, limits };
}

function isServiceName(name: string): name is ServiceName {
  return SERVICE_NAMES.some((each) => each === name);
}

type CommonKeys = Values<(typeof SERVICE_LEVELS)['audit_managements']['settings']>;

/** What only one of the services can set. */
type OwnKeys = Pick<
  ServiceConfig,
  'includeIncidentAlerts' | 'includeIncidentArtifacts' | 'alertsLimit' | 'apiVersion' | 'timeField'
> & { readonly extraTags: Omit<ServiceConfig['tags'], 'main'> };

const NO_OWN_KEYS: OwnKeys = {
  includeIncidentAlerts: false,
  includeIncidentArtifacts: false,
  alertsLimit: SERVICE_LEVELS.incidents.settings.alerts_limit.default,
  apiVersion: 'v1',
  timeField: undefined,
  extraTags: EXTRA_TAGS,
};

function readKeys(
  name: ServiceName,
  raw: unknown,
  context: LevelContext,
): { common: CommonKeys; own: OwnKeys } {
  switch (name) {
    case 'incidents': {
      const { values } = readLevel(SERVICE_LEVELS.incidents, raw, context);
      const own = {
        ...NO_OWN_KEYS,
        includeIncidentAlerts: values.include_incident_alerts,
        includeIncidentArtifacts: values.include_incident_artifacts,
        alertsLimit: values.alerts_limit,
        extraTags: {
          ...EXTRA_TAGS,
          incidentAlert: values.override_incident_alert_tag,
          incidentArtifact: values.override_incident_artifact_tag,
        },
      };
      return { common: values, own };
    }
    case 'alerts': {
      const { values } = readLevel(SERVICE_LEVELS.alerts, raw, context);
      const own = {
        ...NO_OWN_KEYS,
        apiVersion: values.api_version,
        timeField: values.time_field,
        extraTags: { ...EXTRA_TAGS, event: values.override_devo_event_tag },
      };
      return { common: values, own };
    }
    case 'all_alerts':
    case 'audit_managements':
    case 'agent_audits':
      return {
        common: readLevel(SERVICE_LEVELS[name], raw, context).values,
        own: NO_OWN_KEYS,
      };
  }
}

function serviceOf(
  service: ServiceName,
  raw: unknown,
  common: CommonKeys,
  own: OwnKeys,
  context: ServicesContext,
): ServiceConfig {
  const given = isMapping(raw) ? raw : {};
  const { extraTags, ...ownKeys } = own;
  checkStartTime(common.start_time, given.start_time, context);
  const readable = isAbsent(raw) || isMapping(raw);
  if (readable && isAbsent(given.api_fqdn) && !context.apiFqdnGiven) {
    addProblem(context.findings, 'CONFIG_KEY_MISSING', join(context.path, 'api_fqdn'), {
      found: 'nothing',
      expected: FORMATS.fqdn.expected(),
      advice: 'add api_fqdn to the service or to its input',
    });
  }
  return {
    service,
    apiFqdn: common.api_fqdn ?? context.apiFqdn ?? '',
    periodMs: common.request_period_in_seconds * 1000,
    startTimeMs: common.start_time,
    settleMs: common.settle_in_seconds * 1000,
    lookbackMs:
      common.lookback_in_seconds === undefined
        ? defaultLookbackMs(service, own.timeField)
        : common.lookback_in_seconds * 1000,
    tags: { main: common.override_devo_tag, ...extraTags },
    ...ownKeys,
  };
}

function checkStartTime(ms: number | undefined, found: unknown, context: ServicesContext): void {
  if (ms === undefined || ms <= context.nowMs) return;
  addProblem(context.findings, 'CONFIG_START_TIME_FUTURE', join(context.path, 'start_time'), {
    found: describeFound(found),
    expected: 'a date not in the future',
    advice: `set it before ${new Date(context.nowMs).toISOString()}, or remove it to begin 24 hours before the first start`,
  });
}

function defaultLookbackMs(service: ServiceName, timeField: ServiceConfig['timeField']): number {
  const late =
    service === 'all_alerts' || service === 'agent_audits' || timeField === 'creation_time';
  return late ? LONG_LOOKBACK_MS : LOOKBACK_MS;
}
