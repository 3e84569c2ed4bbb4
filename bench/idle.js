// idle: what a pull cycle that finds nothing costs in Temporal, and what records cost.
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector, startSimulatorProcess, withPlace } from './processes.js';
import { printFigures, rounded, say } from './print.js';
import { FIVE_STREAMS, historyRange } from './trial.js';

const STREAMS = ['incidents', 'incident_alerts', 'alerts', 'all_alerts', 'audit_managements'];
/** History events that Temporal Cloud bills as one action each; heartbeats and retries come on top. */
const BILLED = [
  'WORKFLOW_EXECUTION_STARTED',
  'WORKFLOW_EXECUTION_SIGNALED',
  'ACTIVITY_TASK_SCHEDULED',
  'TIMER_STARTED',
  'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  'MARKER_RECORDED',
];
const CYCLES_PER_MONTH = (30 * 86_400) / 300;
const CYCLES_PER_RUN = 500;

/** @param {{ cycles?: number, alerts?: number }} options */
export async function idle({ cycles = 10, alerts = 20_000 }) {
  await withPlace(async (place) => {
    const range = historyRange();
    const nowMs = Date.now();
    const simulator = await startSimulatorProcess(place, {
      tenant: {
        history: { alerts: { count: alerts, ...range } },
        behaviour: { requestsPerSecond: 0, extraDataPerMinute: 0 },
      },
      services: FIVE_STREAMS,
      everyService: {
        start_time: new Date(nowMs - 60_000).toISOString(),
        request_period_in_seconds: 2,
        settle_in_seconds: 1,
      },
      globals: { temporal: { ui_port: 0 } },
    });
    const { client } = await startCollector(place, simulator.configFile);
    const rows = [];
    for (const stream of STREAMS) {
      const handle = client.workflow.getHandle(`collect/cortex_xdr/simulated/${stream}`);
      const before = await atCycle(handle, 2);
      const after = await atCycle(handle, before.cycles + cycles);
      const done = after.cycles - before.cycles;
      const per = (/** @type {number} */ value) => rounded(value / done, 2);
      const billed = per(after.billed - before.billed);
      say(`idle: ${stream}, ${done} cycles`);
      rows.push({
        stream,
        cycles: done,
        'history events a cycle': per(after.events - before.events),
        'KB a cycle': rounded((after.bytes - before.bytes) / done / 1024),
        'actions a cycle': billed,
        'actions a month at 300 s': Math.round(CYCLES_PER_MONTH * (billed + 1 / CYCLES_PER_RUN)),
      });
    }
    const month = rows.reduce((sum, row) => sum + row['actions a month at 300 s'], 0);
    const backfill = await client.workflow.start('backfill', {
      workflowId: 'backfill/bench/idle',
      taskQueue: 'cortex-devo',
      args: [{ service: 'alerts', from: range.fromMs, to: range.toMs + 1 }],
    });
    const { totals } = await backfill.result();
    const history = typesOf(await backfill.fetchHistory());
    const activities = history.filter((type) => type === 'ACTIVITY_TASK_SCHEDULED').length;
    const billed = history.filter((type) => BILLED.includes(type)).length;
    printFigures('idle', rows, { rows, month });
    const records = [
      {
        records: totals.records,
        events: totals.events,
        segments: totals.segments,
        activities,
        'activities per 2,000 records': rounded((activities * 2_000) / totals.records),
        'history events per 10,000 records': Math.round((history.length * 10_000) / totals.records),
        'actions per 10,000 records': rounded((billed * 10_000) / totals.records, 1),
        'actions a month, five idle streams': month,
      },
    ];
    printFigures('idle, records', records, { records });
  });
}

/** The workflow's history once it did so many cycles. @param {any} handle @param {number} cycles */
async function atCycle(handle, cycles) {
  for (;;) {
    const status = await handle.query('status').catch(() => undefined);
    // At rest: all of the cycle is in the history then.
    if (status !== undefined && status.totals.cycles >= cycles && status.nextPullMs !== null) {
      const { historyLength, raw } = await handle.describe();
      const types = typesOf(await handle.fetchHistory());
      const billed = types.filter((type) => BILLED.includes(type)).length;
      const bytes = Number(raw.workflowExecutionInfo.historySizeBytes);
      const settled = await handle.query('status');
      if (settled.totals.cycles === status.totals.cycles) {
        return { cycles: status.totals.cycles, events: historyLength, bytes, billed };
      }
    }
    await sleep(50);
  }
}

/** Names of a history's events, without their prefix. @param {any} history @returns {string[]} */
function typesOf(history) {
  return (history.events ?? []).map(
    (/** @type {any} */ event) =>
      Object.keys(event)
        .find((key) => key.endsWith('EventAttributes') && event[key] !== null)
        ?.replace('EventAttributes', '')
        .replace(/[A-Z]/g, (letter) => `_${letter}`)
        .toUpperCase() ?? 'UNKNOWN',
  );
}
