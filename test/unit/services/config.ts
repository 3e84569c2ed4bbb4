import type { ServiceConfig } from '../../../src/config/model.js';

/** A service's config with made tags; nothing in it matters but what a test changes. */
export function serviceConfig(changes: Partial<ServiceConfig> = {}): ServiceConfig {
  return {
    service: 'incidents',
    apiFqdn: 'acme.example',
    periodMs: 300_000,
    startTimeMs: undefined,
    settleMs: 60_000,
    lookbackMs: 300_000,
    tags: { main: 'main', event: 'event', incidentAlert: 'alert', incidentArtifact: 'artifact' },
    includeIncidentAlerts: false,
    includeIncidentArtifacts: false,
    alertsLimit: 1_000,
    apiVersion: 'v1',
    timeField: undefined,
    ...changes,
  };
}
