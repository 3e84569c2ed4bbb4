import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReceiver } from '../../simulator/receiver.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Readiness } from '../../src/worker/observe/readiness.js';
import { expectAlerts, HAS_PROMTOOL, metricsComplaints } from './alert-check.js';
import { changeConfig } from './change-config.js';
import { uiPort } from './collecting.js';
import { startUp } from './collector-process.js';
import { eventually } from './eventually.js';
import { pageWhere, unlike, valueOf } from './pages.js';
import type { Facts, Page } from './pages.js';

const HOUR_MS = 3_600_000;
const TENANT = { apiKey: 'MarkedApiKey0123456789', apiKeyId: '7', authType: 'standard' } as const;
const HTTP_OUTPUT = { domain: 'simulated', token: 'MarkedToken0123456789' };
const STREAM = 'input="cortex_xdr",stream="incidents"';
const REFUSED = `cortex_devo_stream_error_failures{${STREAM},output="devo_1",code="DEVO_CONNECT_REFUSED"}`;
const UNCONFIRMED = 'cortex_devo_deliveries_total{output="devo_1",confirmation="unconfirmed"}';
const LAG = `cortex_devo_stream_lag_seconds{${STREAM}}`;
const PERIOD = `cortex_devo_stream_period_seconds{${STREAM}}`;

const TAG = 'tag="edr.cortex_xdr.incidents"';
const REQUESTS =
  'cortex_devo_api_requests_total{input="cortex_xdr",endpoint="v1/incidents/get_incidents",status="200"}';
const POLLING = 'cortex_devo_worker_polling{queue="common"}';
const positive = (value: number) => value > 0;
const isOne = (value: number) => value === 1;

/** On one page at last: counters move at once, what a look found is up to 15 s old. */
const WHILE_UNCONFIRMED: Facts = {
  [UNCONFIRMED]: positive,
  [LAG]: () => true,
  [`cortex_devo_delivered_events_total{output="devo_1",${TAG}}`]: (value) => value === 300,
  [`cortex_devo_records_total{${STREAM}}`]: (value) => value >= 300,
  [POLLING]: isOne,
  cortex_devo_temporal_reachable: isOne,
};
const WHEN_KILLED: Facts = {
  [REFUSED]: positive,
  [UNCONFIRMED]: positive,
  [LAG]: positive,
  [PERIOD]: positive,
  [POLLING]: isOne,
  [`cortex_devo_stream_pending_segments{${STREAM},output="devo_1"}`]: positive,
  cortex_devo_segment_backlog_files: positive,
  [`cortex_devo_delivered_events_total{output="devo_http",${TAG}}`]: (value) => value > 300,
  [REQUESTS]: (value) => value > 3,
};
const OF_THE_SDK = 'temporal_worker_task_slots_used{';

/** In trouble for the refusing output's sake alone, and ready all the same. */
function isRefused({ status, text }: Page): boolean {
  if (status !== 200) return false;
  const { workers, temporal, streams } = JSON.parse(text) as Readiness;
  const [reason = '', ...others] = [workers, temporal, ...streams].flatMap((each) => each.reasons);
  return reason.startsWith('output devo_1: DEVO_CONNECT_REFUSED') && others.length === 0;
}

/** Everything the collector showed of itself. */
interface Shown {
  readonly unconfirmed: Page;
  readonly ready: Page;
  readonly health: Page;
  readonly killed: Page;
  readonly inTrouble: Page;
  readonly log: string;
  readonly exitCode: number | null;
}

/** A TLS output that gives up connecting at once, and an HTTP output beside it. */
function changeOutputs(file: string, httpPort: number): void {
  changeConfig(file, ({ outputs }) => {
    Object.assign(outputs.devo_1?.config ?? {}, { connecting_retries: 1 });
    outputs.devo_http = {
      type: 'http',
      config: { address: `http://127.0.0.1:${httpPort}`, ...HTTP_OUTPUT },
    };
  });
}

describe('a receiver that confirms nothing and is killed then', () => {
  const folder = mkdtempSync(join(tmpdir(), 'observe-'));
  let shown: Shown;

  beforeAll(async () => {
    const nowMs = Date.now();
    const http = await startReceiver({ transport: { kind: 'http', ...HTTP_OUTPUT } });
    const simulator = await startSimulator({
      folder,
      tenant: {
        credentials: TENANT,
        history: {
          incidents: { count: 300, fromMs: nowMs - 5 * HOUR_MS, toMs: nowMs - HOUR_MS },
        },
      },
      services: { incidents: {} },
      everyService: { request_period_in_seconds: 5, settle_in_seconds: 1 },
      globals: { debug: true, temporal: { ui_port: uiPort() } },
    });
    changeOutputs(simulator.configFile, http.port);
    await simulator.receiver.setMode({ kind: 'never-close' });
    const collector = startUp(simulator.configFile);
    try {
      const unconfirmed = await pageWhere(
        collector,
        '/metrics',
        (found) => unlike(found, WHILE_UNCONFIRMED).length === 0,
      );
      const ready = await pageWhere(collector, '/readyz', ({ status }) => status === 200);
      const health = await pageWhere(collector, '/healthz', () => true);
      // As one that is killed: its connections are reset, and nobody listens; its port stays its own.
      await simulator.receiver.setMode({ kind: 'refuse' });
      simulator.tenant.produce({ incidents: 20 });
      // At the same time: what does not move for a minute is a reason more.
      const [killed, inTrouble] = await Promise.all([
        pageWhere(
          collector,
          '/metrics',
          (found) => unlike(found, WHEN_KILLED).length === 0 && found.text.includes(OF_THE_SDK),
        ),
        pageWhere(collector, '/readyz', isRefused),
      ]);
      const exitCode = await collector.stop();
      const log = collector.output();
      shown = { unconfirmed, ready, health, killed, inTrouble, log, exitCode };
    } finally {
      await collector.stop();
      await simulator.stop();
      await http.stop();
    }
  }, 240_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('healthy and ready, with the reason when the receiver is gone', () => {
    expect(shown.health.status).toBe(200);
    expect(JSON.parse(shown.ready.text)).toMatchObject({ ready: true });
    expect(JSON.parse(shown.inTrouble.text)).toMatchObject({
      ready: true,
      workers: { ok: true },
      temporal: { ok: true },
      streams: [
        {
          ok: false,
          stream: 'incidents',
          reasons: [expect.stringContaining('output devo_1: DEVO_CONNECT_REFUSED')],
        },
      ],
    });
  });

  test('the metrics turn, and the other output goes on', () => {
    expect(unlike(shown.unconfirmed, WHILE_UNCONFIRMED)).toEqual([]);
    expect(unlike(shown.killed, WHEN_KILLED)).toEqual([]);
    expect(shown.killed.text).toContain(OF_THE_SDK);
  });

  test.skipIf(!HAS_PROMTOOL)('promtool finds nothing wrong with the metrics', () => {
    expect(metricsComplaints(shown.killed.text)).toBe('');
  });

  test.skipIf(!HAS_PROMTOOL)(
    'the alerts fire that it should raise, if it goes on like that',
    () => {
      const lagSeconds = valueOf(shown.killed, LAG) ?? 0;
      const onHost = (series: string) => series.replace('{', '{instance="host-1",');
      const constant = (series: string) => ({
        series: onHost(series),
        values: `${valueOf(shown.killed, series) ?? 0}x60`,
      });
      expectAlerts(
        [
          {
            series: onHost(UNCONFIRMED),
            values: `0x40 ${valueOf(shown.killed, UNCONFIRMED) ?? 0}x20`,
          },
          constant(REFUSED),
          constant(PERIOD),
          constant(`cortex_devo_stream_state{${STREAM},state="paused"}`),
          // The watermark stands, so the lag grows with the clock.
          { series: onHost(LAG), values: `${lagSeconds}+60x60` },
          constant('cortex_devo_worker_polling{queue="common"}'),
        ],
        {
          CortexDevoUnconfirmed: [{ instance: 'host-1', output: 'devo_1' }],
          CortexDevoStreamFailing: [
            {
              input: 'cortex_xdr',
              stream: 'incidents',
              output: 'devo_1',
              code: 'DEVO_CONNECT_REFUSED',
            },
          ],
          CortexDevoLag: [{ input: 'cortex_xdr', stream: 'incidents' }],
          CortexDevoWorkerNotPolling: [],
        },
      );
    },
  );

  test('the log has the lines that operators look for, and says once that nothing is confirmed', () => {
    const { log, exitCode } = shown;
    expect(exitCode).toBe(0);
    for (const line of [
      'Setup done',
      'Pull started',
      'Pull statistics',
      'Data up to date',
      'Pull cycle completed',
      'Sender statistics',
    ]) {
      expect(log).toContain(`"msg":"${line}"`);
    }
    expect(log.match(/DEVO_UNCONFIRMED/g)).toHaveLength(1);
    expect(log).toContain('DEVO_CONNECT_REFUSED');
  });
});

test('a port that is taken ends the start with HTTP_PORT_IN_USE and exit code 1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'observe-port-'));
  const other = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const simulator = await startSimulator({
    folder,
    tenant: {},
    services: { incidents: {} },
    globals: { temporal: { ui_port: uiPort() } },
    httpPort: port,
  });
  const collector = startUp(simulator.configFile);
  try {
    await eventually('its end', () => collector.hasEnded());
    expect(collector.output()).toContain(`HTTP_PORT_IN_USE: found port ${port} of 127.0.0.1 taken`);
    expect(await collector.stop()).toBe(1);
  } finally {
    await collector.stop();
    await simulator.stop();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
