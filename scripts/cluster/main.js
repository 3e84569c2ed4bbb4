// The cluster test: what it starts, what it breaks and when, and what it counts in the end. Exit code 1 where a
// record was lost, a quota broken, or a worker ended by itself. `--keep` leaves the folder with all logs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startSimulator } from '../../dist-simulator/simulator.js';
import { EVERY_SERVICE } from '../../dist-simulator/write-config.js';
import { collectors } from './collectors.js';
import { startPostgres } from './postgres.js';
import { Fatal, freePorts, until } from './programs.js';
import { startTemporal } from './temporal-server.js';

const HOUR_MS = 3_600_000;
const DYNAMIC_CONFIG = join(import.meta.dirname, '../../deploy/temporal/dynamic-config.yaml');
/** Calls of get_incident_extra_data that the vendor allows in a minute. */
const EXTRA_DATA_PER_MINUTE = 10;
/** Comparing 80,000 records takes a good part of a second. */
const RECKON_EVERY_MS = 4_000;
/** The two workers share the limited queue for longer than the minute that its quota is for. */
const TOGETHER_MS = 120_000;
/** A dead host is given up after five minutes; the rest is catching up on a slow machine. */
const SETTLE_MS = 15 * 60_000;

const begunMs = Date.now();
const say = (text) =>
  process.stdout.write(`${((Date.now() - begunMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
const keep = process.argv.includes('--keep');
const folder = mkdtempSync(join(tmpdir(), 'cortex-devo-cluster-'));
const ending = [() => (keep ? say(`logs in ${folder}`) : rmSync(folder, { recursive: true }))];
const interruption = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  }
});

try {
  process.exitCode = (await Promise.race([test(), interruption])) ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  say(`failed: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
} finally {
  for (const end of ending.reverse()) await Promise.resolve(end()).catch((error) => say(error));
}
process.exit();

async function test() {
  const { TEMPORAL_SERVER_BIN, TEMPORAL_SERVER_SOURCES, POSTGRES_BIN } = process.env;
  const [postgresPort] = await freePorts(1);
  // PostgreSQL runs as a user of its own and has to get at its folder.
  const postgresFolder = mkdtempSync(join(tmpdir(), 'cortex-devo-postgres-'));
  ending.push(() => rmSync(postgresFolder, { recursive: true }));
  const postgres = await startPostgres({
    bin: POSTGRES_BIN,
    folder: postgresFolder,
    port: postgresPort,
  });
  ending.push(() => postgres.stop());
  const temporal = await startTemporal({
    bin: TEMPORAL_SERVER_BIN,
    sources: TEMPORAL_SERVER_SOURCES,
    folder,
    dynamicConfig: DYNAMIC_CONFIG,
    postgresPort,
  });
  ending.push(() => temporal.stop());
  say('PostgreSQL and Temporal run');

  const simulator = await startSimulator(scenario(join(folder, 'tenant'), Date.now()));
  ending.push(() => simulator.stop());
  const { configFile } = simulator;
  const run = collectors({ folder, configFile, address: temporal.address });
  const workers = ['worker-1', 'worker-2'].map((name) => run.startWorker(name));
  for (const worker of workers) ending.push(() => worker.end('SIGKILL'));
  const [doomed, survivor] = workers;
  const { steps } = JSON.parse(await run.command('apply', '--json'));
  const appliedMs = Date.now();
  say(`applied: ${steps.map(({ action, workflowId }) => `${action} ${workflowId}`).join(', ')}`);

  const reckon = () => reckoningOf(simulator, steps);
  const alive = () => {
    const ended = [doomed, survivor].filter((worker) => worker.hasEnded());
    if (ended.length > 0)
      throw new Error(`${ended.map(({ name }) => name).join()} ended by itself`);
  };
  const share = async (wanted) =>
    await until(
      `${wanted * 100} % of what is owed`,
      SETTLE_MS,
      () => {
        const { produced, lost } = reckon();
        return produced - lost >= wanted * produced;
      },
      RECKON_EVERY_MS,
    );
  const backfills = await startBackfills(temporal.address);
  ending.push(backfills.close);
  say(`backfills started: ${backfills.ids.join(', ')}`);

  await share(0.1);
  alive();
  await temporal.kill();
  say(`Temporal server killed: ${line(reckon())}`);
  await delay(5_000);
  temporal.restart();
  say('Temporal server started again');

  await share(0.4);
  alive();
  await postgres.restart();
  say(`PostgreSQL restarted at once: ${line(reckon())}`);

  await share(0.6);
  await delay(Math.max(0, appliedMs + TOGETHER_MS - Date.now()));
  alive();
  const held = await until('a segment on worker-1', 60_000, () => {
    const segments = doomed.segments();
    return segments.length > 0 && segments;
  });
  await doomed.end('SIGKILL');
  say(`worker-1 killed for good with ${held.length} segments on its disk: ${line(reckon())}`);

  await share(0.999);
  say(`caught up with the live tenant: ${line(reckon())}`);
  simulator.tenant.produce({});
  await until(
    'everything that is owed',
    SETTLE_MS,
    () => {
      if (survivor.hasEnded()) throw new Fatal('worker-2 ended by itself');
      return reckon().lost === 0;
    },
    RECKON_EVERY_MS,
  ).catch((error) => say(error.message));
  for (const [id, state] of Object.entries(await backfills.states())) say(`${id}: ${state}`);
  const { streams } = JSON.parse(await run.command('status', '--json'));
  for (const { stream, state, totals, errors } of streams) {
    say(`${stream}: ${state}, ${totals?.events} events, ${errors.length} errors`);
  }
  const peak = survivor.peakMemory();
  const code = await survivor.end('SIGTERM');

  const end = reckon();
  for (const each of end.byTag) say(`${each.book}: ${line(each)}`);
  const { requests, byEndpoint, mostExtraDataPerMinute } = simulator.tenant.stats();
  const refused = Object.entries(byEndpoint).filter(([name]) => name.endsWith(' 429'));
  say(
    `requests ${requests}, refused ${refused.map((each) => each.join(': ')).join(', ') || 'none'}`,
  );
  const calls = (endpoint) => byEndpoint[`${endpoint} 200`] ?? 0;
  say(
    `extra data: ${calls('get_multiple_incidents_extra_data')} batches, ${calls('get_incident_extra_data')} single calls, at most ${mostExtraDataPerMinute} of these in a minute`,
  );
  say(`worker-2 stopped with exit code ${code}; most memory ${peak ?? 'unknown'}`);
  say(`database of Temporal: ${await postgres.size('temporal')}`);
  const { lost, strangers, malformed, cut } = end;
  say(`${line(end)}, malformed ${malformed}, cut ${cut}`);
  return (
    lost + strangers + malformed === 0 &&
    // Streams and backfills have one delivery at a time each, and one worker was killed in the midst of them.
    cut <= steps.length + backfills.ids.length &&
    mostExtraDataPerMinute <= EXTRA_DATA_PER_MINUTE &&
    code === 0
  );
}

/** The day before the live streams begin, for both services that show alerts. */
async function startBackfills(address) {
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection });
  const [from, to] = [48, 24].map((hours) => new Date(begunMs - hours * HOUR_MS).toISOString());
  const ids = [];
  for (const service of ['alerts', 'all_alerts']) {
    const workflowId = `backfill/cortex_xdr/simulated/${service}/${from}/${to}`;
    await workflow.start('backfill', {
      workflowId,
      taskQueue: 'cortex-devo',
      args: [{ service, from, to }],
    });
    ids.push(workflowId);
  }
  return {
    ids,
    async states() {
      const described = ids.map(async (id) => [
        id,
        (await workflow.getHandle(id).describe()).status.name,
      ]);
      return Object.fromEntries(await Promise.all(described));
    },
    close: async () => await connection.close(),
  };
}

/** All services, with a history that takes a minute to read and records that go on appearing. */
function scenario(folder, nowMs) {
  const history = (count) => ({ count, fromMs: nowMs - 23 * HOUR_MS, toMs: nowMs });
  return {
    folder,
    tenant: {
      history: {
        incidents: history(1_500),
        alerts: { count: 12_000, fromMs: nowMs - 47 * HOUR_MS, toMs: nowMs },
        audit_managements: history(6_000),
        agent_audits: history(6_000),
      },
      production: {
        incidents: 0.5,
        alerts: 1,
        audit_managements: 0.5,
        agent_audits: 0.5,
        modifications: 0.1,
      },
      // Each of these costs a call of its own: more than a minute's quota at once.
      oversize: { share: 0.03, alerts: 120 },
    },
    services: EVERY_SERVICE,
    everyService: {
      start_time: new Date(begunMs - 24 * HOUR_MS).toISOString(),
      request_period_in_seconds: 5,
      settle_in_seconds: 1,
      lookback_in_seconds: 30,
      // The limit is a worker's own, and the tenant allows ten for both.
      requests_per_second: 5,
    },
  };
}

/** What is owed by the streams that run: alerts of incidents only where their stream exists. */
function reckoningOf(simulator, steps) {
  const { byTag, ...whole } = simulator.reckoning();
  const withAlerts = steps.some(({ workflowId }) => workflowId.endsWith('/incident_alerts'));
  const books = byTag.filter(({ book }) => withAlerts || book !== 'incident_alerts');
  const sum = (key) => books.reduce((total, each) => total + each[key], 0);
  const counts = ['produced', 'received', 'lost', 'duplicated', 'strangers'];
  return {
    ...Object.fromEntries(counts.map((key) => [key, sum(key)])),
    malformed: whole.malformed,
    cut: whole.cut,
    byTag: books,
  };
}

function line({ produced, received, lost, duplicated, strangers }) {
  return `produced ${produced}, received ${received}, lost ${lost}, duplicated ${duplicated}, strangers ${strangers}`;
}
