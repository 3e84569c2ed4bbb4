import type { SimulatorOptions } from './simulator.js';
import { EVERY_SERVICE } from './write-config.js';

const HOUR_MS = 3_600_000;

/** New records per second of each kind at speed 1: one sees things move without waiting. */
const RATES = {
  incidents: 1,
  modifications: 1,
  // Analysts work on young incidents; of old ones the collector has forgotten which alerts it sent.
  modifiedAmong: 300,
  alerts: 2,
  audit_managements: 1,
  agent_audits: 2,
};
/** Records of the history for each incident in it. */
const PER_INCIDENT = { alerts: 2, audit_managements: 1, agent_audits: 1 };
/** Enough for a call per pull; the vendor's ten a minute would have one wait for the alerts of incidents. */
const EXTRA_DATA_PER_MINUTE = 120;

export interface ScenarioOptions {
  /** Where the config folder is written. */
  readonly folder: string;
  /** Incidents of the last 12 hours; there are as many or twice as many records of the other kinds. */
  readonly incidents: number;
  /** Factor on what is produced from now on. */
  readonly speed: number;
  /** Epoch ms. */
  readonly nowMs: number;
  readonly tenantPort?: number;
  readonly receiverPort?: number;
}

/** What `demo` and `simulator` simulate: records of all services, old and new ones, and a hurried collector. */
export function scenario(options: ScenarioOptions): SimulatorOptions {
  const { folder, incidents, speed, nowMs, tenantPort = 0, receiverPort = 0 } = options;
  const over12Hours = (count: number) => ({ count, fromMs: nowMs - 12 * HOUR_MS, toMs: nowMs });
  return {
    folder,
    receiverPort,
    tenant: {
      port: tenantPort,
      history: {
        incidents: over12Hours(incidents),
        alerts: over12Hours(incidents * PER_INCIDENT.alerts),
        audit_managements: over12Hours(incidents * PER_INCIDENT.audit_managements),
        agent_audits: over12Hours(incidents * PER_INCIDENT.agent_audits),
      },
      production: { ...RATES, speed },
      behaviour: { extraDataPerMinute: EXTRA_DATA_PER_MINUTE },
    },
    services: EVERY_SERVICE,
    input: { extra_data_requests_per_minute: EXTRA_DATA_PER_MINUTE },
    everyService: {
      start_time: new Date(nowMs - 24 * HOUR_MS).toISOString(),
      request_period_in_seconds: 2,
      settle_in_seconds: 1,
      lookback_in_seconds: 10,
    },
  };
}
