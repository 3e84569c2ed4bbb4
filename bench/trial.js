// A collector beside a simulated tenant of alerts, and backfills of its history.
import { cpuMs, startCollector, startSimulatorProcess } from './processes.js';

const HOUR_MS = 3_600_000;

/** Services whose streams are five. */
export const FIVE_STREAMS = {
  incidents: { include_incident_alerts: true },
  alerts: {},
  all_alerts: {},
  audit_managements: {},
};

/** The 18 hours that hold the history, both ends included; full hours, so that the requests of two runs are alike. */
export function historyRange() {
  const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS - 1;
  return { fromMs: toMs + 1 - 18 * HOUR_MS, toMs };
}

/**
 * Starts both; the live stream has nothing to do, for its start lies behind the history.
 * @param {import('./processes.js').Place} place
 * @param {{ alerts: number, range: { fromMs: number, toMs: number }, perSecond?: number, latencyMs?: number, events?: { least: number, most: number }, execArgv?: readonly string[], outputKeys?: object }} options
 */
export async function startTrial(place, options) {
  const { alerts, range, perSecond = 0, latencyMs = 0 } = options;
  const simulator = await startSimulatorProcess(place, {
    tenant: {
      history: { alerts: { count: alerts, ...range } },
      eventsPerAlert: options.events ?? { least: 1, most: 3 },
      behaviour: { requestsPerSecond: perSecond, offsetCap: 0 },
      faults: { latencyMs },
    },
    services: { alerts: {} },
    everyService: {
      start_time: new Date(Date.now() - 60_000).toISOString(),
      request_period_in_seconds: 3600,
    },
    input: { requests_per_second: perSecond === 0 ? 10_000 : perSecond },
    globals: { temporal: { ui_port: 0 } },
  });
  const collector = await startCollector(place, simulator.configFile, options.execArgv);
  return { simulator, collector, backfill };

  /** Runs one backfill of the range to its end; what it took and what it did. */
  async function backfill(name = 'bench', lanes = 2) {
    const iso = (/** @type {number} */ ms) => new Date(ms).toISOString();
    const before = { cpu: cpuMs(collector.pid), temporal: cpuMs(collector.temporalPid) };
    const startedMs = performance.now();
    const handle = await collector.client.workflow.start('backfill', {
      workflowId: `backfill/bench/${name}`,
      taskQueue: 'cortex-devo',
      args: [{ service: 'alerts', from: iso(range.fromMs), to: iso(range.toMs + 1), lanes }],
    });
    const progress = await handle.result();
    return {
      elapsedMs: performance.now() - startedMs,
      cpuMs: cpuMs(collector.pid) - before.cpu,
      temporalCpuMs: cpuMs(collector.temporalPid) - before.temporal,
      events: progress.totals.events,
      totals: progress.totals,
      handle,
    };
  }
}
