import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../simulator/net.js';
import { startReceiver } from '../../simulator/receiver.js';
import { startTenant } from '../../simulator/tenant.js';
import { writeConfig } from '../../simulator/write-config.js';
import type { ConfigOutput } from '../../simulator/write-config.js';
import { pullNow } from '../../src/workflows/messages.js';
import { changeConfig } from './change-config.js';
import { runCli } from './cli-process.js';
import { IMPATIENT, incidentsOfToday, openPlace, uiPort, until } from './collecting.js';
import { connectTo, startUp } from './collector-process.js';
import { endsOf } from './endings.js';
import { untilShown } from './seen-codes.js';
import { startTemporal } from './temporal-server.js';

const EVERY_SERVICE = { request_period_in_seconds: 2, settle_in_seconds: 0 };
/** More than the buffers between a sender and a receiver that does not read. */
const PLENTY = 5_000;

const ends = endsOf(afterEach);

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shown-codes-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('records without an id, a window that never holds still, outputs that never close or close early, and a broken state folder are seen everywhere', async () => {
  const folder = ownFolder();
  const tenant = await startTenant(incidentsOfToday(PLENTY));
  ends.push(() => tenant.stop());
  const receiver = await startReceiver({
    transport: { kind: 'tcp' },
    mode: { kind: 'never-close' },
  });
  ends.push(() => receiver.stop());
  let asked = 0;
  const odd = createServer((_, response) => {
    asked += 1;
    const reply = { total_count: 1, result_count: 1, incidents: [{ number: asked }] };
    response.end(JSON.stringify({ reply }));
  });
  const oddPort = await listen(odd, 0);
  ends.push(() => {
    odd.closeAllConnections();
    odd.close();
  });
  const closing = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pause().end();
  });
  const closingPort = await listen(closing, 0);
  ends.push(() => closing.close());
  const nowMs = Date.now();
  const fewMinutesMs = 4 * 60_000;
  // Some twenty alerts a second come into the window that is read.
  const restless = await startTenant({
    history: { alerts: { count: 6_000, fromMs: nowMs - fewMinutesMs, toMs: nowMs } },
    late: { share: 1, maxMs: fewMinutesMs },
    faults: { latencyMs: 200 },
    behaviour: { requestsPerSecond: 0 },
  });
  ends.push(() => restless.stop());
  const { url, credentials } = tenant;
  const services = { incidents: {} };
  // A warning stands until the next pull begins: long enough to be seen on a busy machine.
  const seldom = { ...EVERY_SERVICE, request_period_in_seconds: 60 };
  const tcp = (name: string, port: number): ConfigOutput => ({
    kind: 'tcp',
    name,
    port,
    keys: IMPATIENT,
  });
  const configFile = await writeConfig({
    folder,
    inputs: [
      { name: 'plenty', url, credentials, services, everyService: seldom },
      {
        name: 'restless',
        url: restless.url,
        credentials: restless.credentials,
        services: { alerts: {} },
        everyService: EVERY_SERVICE,
        keys: { requests_per_second: 100 },
      },
      {
        name: 'odd',
        url: `http://127.0.0.1:${oddPort}`,
        credentials,
        services,
        everyService: seldom,
      },
    ],
    outputs: [tcp('unclosed', receiver.port), tcp('closing', closingPort)],
    globals: { temporal: { ui_port: uiPort() } },
  });
  const collector = startUp(configFile);
  ends.push(() => collector.stop());
  const temporal = await connectTo(folder);
  ends.push(() => temporal.close());
  const shown = async (code: string) => await untilShown(code, temporal.client, [collector]);
  await Promise.all(
    ['RECORD_MALFORMED', 'DEVO_UNCONFIRMED', 'DEVO_SEND_CLOSED', 'PULL_WINDOW_UNSETTLED'].map(
      shown,
    ),
  );
  const segments = join(folder, 'state', 'segments');
  // It writes there, and would make the folder anew before the file takes its place.
  process.kill(collector.pid, 'SIGSTOP');
  try {
    renameSync(segments, `${segments}-before`);
    writeFileSync(segments, 'no folder');
  } finally {
    process.kill(collector.pid, 'SIGCONT');
  }
  await temporal.client.workflow.getHandle('collect/plenty/plenty/incidents').signal(pullNow);
  await shown('SEGMENT_IO');
});

test('a stream and an output that the config of the worker lacks are seen everywhere', async () => {
  const folder = ownFolder();
  const temporal = await startTemporal();
  ends.push(() => temporal.stop());
  const tenant = await startTenant(incidentsOfToday(20));
  ends.push(() => tenant.stop());
  const receiver = await startReceiver({ transport: { kind: 'tcp' } });
  ends.push(() => receiver.stop());
  const configFile = await writeConfig({
    folder,
    inputs: [
      {
        name: 'one',
        url: tenant.url,
        credentials: tenant.credentials,
        services: { incidents: {} },
        everyService: EVERY_SERVICE,
      },
    ],
    outputs: [{ kind: 'tcp', name: 'good', port: receiver.port }],
  });
  const environment = { TEMPORAL_ADDRESS: temporal.address };
  const collector = startUp(configFile, environment);
  ends.push(() => collector.stop());
  await until('the start', collector, () => collector.output().includes('Collector running'));
  const other = join(folder, 'config', 'other.yaml');
  changeConfig(
    configFile,
    ({ inputs, outputs }) => {
      const { services = {} } = inputs.one ?? {};
      Object.assign(services, { agent_audits: services.incidents });
      outputs.another = { type: 'file', config: { path: join(folder, 'events') } };
    },
    other,
  );
  const applied = await runCli(['apply', '--config', other], environment);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
  tenant.produce({ incidents: 5 });
  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  const client = new Client({ connection });
  await Promise.all(
    ['CONFIG_STREAM_UNKNOWN', 'CONFIG_OUTPUT_ABSENT'].map(async (code) => {
      await untilShown(code, client, [collector]);
    }),
  );
});

test('a worker that is killed, and one that stands still, in the middle of a delivery are seen everywhere', async () => {
  const temporal = await startTemporal();
  ends.push(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  const client = new Client({ connection });
  // The delivery stays under way: the receiver reads nothing, and is waited for.
  const place = await openPlace({
    incidents: PLENTY,
    output: { ...IMPATIENT, sending_timeout: 60 },
  });
  ends.push(() => place.close());
  const { simulator } = place;
  const environment = { TEMPORAL_ADDRESS: temporal.address };
  const start = () => {
    const started = startUp(simulator.configFile, environment);
    ends.push(() => started.stop());
    return started;
  };
  await simulator.receiver.setMode({ kind: 'stall' });
  const first = start();
  const delivering = () => simulator.receiver.stats().open > 0;
  await until('a delivery under way', first, delivering);
  await first.killWorker();
  const second = start();
  await untilShown('WORKER_RESTARTED', client, [second]);

  await simulator.receiver.setMode({ kind: 'normal' });
  // A confirmation may still be under way when everything is there; that delivery is not the one to stop.
  const confirmed = () => simulator.reckoning().lost === 0 && !delivering();
  await until('everything, confirmed', second, confirmed);
  await simulator.receiver.setMode({ kind: 'stall' });
  simulator.tenant.modify(PLENTY);
  await until('a delivery under way', second, delivering);
  const handle = client.workflow.getHandle('collect/cortex_xdr/simulated/incidents');
  process.kill(second.pid, 'SIGSTOP');
  try {
    await until('the heartbeat timeout', second, async () => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).some((event) => event.activityTaskTimedOutEventAttributes);
    });
  } finally {
    process.kill(second.pid, 'SIGCONT');
  }
  await untilShown('WORKER_LOST', client, [second]);
});
