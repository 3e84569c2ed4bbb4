import type { SimulatorOptions } from '../simulator/simulator.js';

const HOUR_MS = 3_600_000;

/** New incidents and modified ones per second at speed 1: one sees things move without waiting. */
const RATES = { incidents: 2, modifications: 1 };

export interface ScenarioOptions {
  /** Where the config folder is written. */
  readonly folder: string;
  /** Incidents of the last 12 hours. */
  readonly incidents: number;
  /** Factor on what is produced from now on. */
  readonly speed: number;
  /** Epoch ms. */
  readonly nowMs: number;
  readonly tenantPort?: number;
  readonly receiverPort?: number;
}

/** What `demo` and `simulator` simulate: a history of incidents, new ones and modifications, and a hurried collector. */
export function scenario(options: ScenarioOptions): SimulatorOptions {
  const { folder, incidents, speed, nowMs, tenantPort = 0, receiverPort = 0 } = options;
  return {
    folder,
    receiverPort,
    tenant: {
      port: tenantPort,
      history: { incidents: { count: incidents, fromMs: nowMs - 12 * HOUR_MS, toMs: nowMs } },
      production: { ...RATES, speed },
    },
    services: { incidents: {} },
    everyService: {
      start_time: new Date(nowMs - 24 * HOUR_MS).toISOString(),
      request_period_in_seconds: 2,
      settle_in_seconds: 1,
      lookback_in_seconds: 10,
    },
  };
}
