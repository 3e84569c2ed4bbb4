import type { CollectorConfig, OutputConfig, ServiceConfig } from '../../../src/config/model.js';
import { SERVICE_NAMES } from '../../../src/config/model.js';
import type { StreamName } from '../../../src/pull/settings.js';
import { EVENT_TAG, MAIN_TAGS } from './records.js';

export const PREFIX = 'simulated';
export const INPUT = { name: 'tenant', id: '1' } as const;
/** What must never leave the process but in requests. */
export const API_KEY = 'SimulatedKeyOfNobody';

/** What a seed says of the config file. */
export interface ConfigDraw {
  readonly streams: readonly StreamName[];
  readonly outputs: readonly string[];
  readonly periodMs: number;
  readonly settleMs: number;
  readonly lookbackMs: number;
  readonly startTimeMs: number | undefined;
  readonly hostGoneAfterMs: number;
}

/** The config as a worker has loaded it. */
export function configOf(draw: ConfigDraw): CollectorConfig {
  const services = SERVICE_NAMES.filter(
    (name) =>
      draw.streams.includes(name) ||
      (name === 'incidents' && draw.streams.includes('incident_alerts')),
  ).map((service): ServiceConfig => ({
    service,
    apiFqdn: 'http://127.0.0.1:1',
    periodMs: draw.periodMs,
    startTimeMs: draw.startTimeMs,
    settleMs: draw.settleMs,
    lookbackMs: draw.lookbackMs,
    tags: {
      main: MAIN_TAGS[service],
      event: EVENT_TAG,
      incidentAlert: MAIN_TAGS.incident_alerts,
      incidentArtifact: 'edr.cortex_xdr.incident_artifacts',
    },
    includeIncidentAlerts: draw.streams.includes('incident_alerts'),
    includeIncidentArtifacts: false,
    alertsLimit: 1_000,
    apiVersion: 'v1',
    timeField: undefined,
  }));
  return {
    paths: { root: '/', configFile: '/', certs: '/', credentials: '/', state: '/' },
    debug: false,
    name: 'simulation',
    id: '1',
    temporal: {
      address: undefined,
      namespace: 'default',
      taskQueuePrefix: PREFIX,
      uiPort: 0,
      hostGoneAfterMs: draw.hostGoneAfterMs,
    },
    http: [],
    senderStatsPeriodMs: 600_000,
    outputs: draw.outputs.map((name): OutputConfig => ({ name, type: 'console' })),
    inputs: [
      {
        ...INPUT,
        enabled: true,
        credentials: { apiKey: API_KEY, apiKeyId: '7', authType: 'standard' },
        proxy: undefined,
        environment: undefined,
        extraDataPerMinute: 60,
        requestLimits: [{ requests: 20, periodMs: 1_000 }],
        services,
      },
    ],
  };
}
