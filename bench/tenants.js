// tenants: many inputs with five idle streams each, the collector on one core; where it ends, and what ends it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeConfig } from '../dist-simulator/write-config.js';
import { cpuMs, residentMb, ROOT, startSimulatorProcess, withPlace } from './processes.js';
import { printFigures, rounded, say } from './print.js';
import { startTemporal } from './temporal.js';
import { FIVE_STREAMS } from './trial.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const STREAMS = 5;
/** Longest wait for the first cycle of every stream. */
const FIRST_CYCLES_MS = 600_000;

/**
 * @param {{ counts?: readonly number[], periodS?: number, periods?: number, execArgv?: readonly string[] }} options
 */
export async function tenants({
  counts = [100, 300, 1000],
  periodS = 300,
  periods = 2.5,
  execArgv = [],
}) {
  const rows = [];
  for (const count of counts) {
    rows.push(
      await withPlace((place) => idleTenants(place, { count, periodS, periods, execArgv })),
    );
    printFigures('tenants', rows, { streams: STREAMS, periodS, periods, rows });
    if (rows.at(-1)?.['missed periods'] !== 0) break;
  }
}

/**
 * @param {import('./processes.js').Place} place
 * @param {{ count: number, periodS: number, periods: number, execArgv: readonly string[] }} options
 */
async function idleTenants(place, { count, periodS, periods, execArgv }) {
  const temporal = await startTemporal(place);
  const simulator = await startSimulatorProcess(place, {
    tenant: { behaviour: { requestsPerSecond: 0 } },
    services: { incidents: {} },
  });
  const folder = join(place.folder, 'many');
  mkdirSync(folder);
  const { apiKey, apiKeyId } = simulator;
  // All of them are one tenant under many names: what counts is what the collector does.
  const configFile = await writeConfig({
    folder,
    inputs: Array.from({ length: count }, (_, number) => ({
      name: `tenant_${number}`,
      url: simulator.url,
      credentials: { apiKey, apiKeyId, authType: 'standard' },
      services: FIVE_STREAMS,
      everyService: {
        // Nothing to catch up with: from the first cycle on, each is one request.
        start_time: new Date(Date.now() - 120_000).toISOString(),
        request_period_in_seconds: periodS,
      },
    })),
    outputs: [{ kind: 'tcp', name: 'nowhere', port: 9 }],
  });
  const streams = count * STREAMS;
  const collector = startOnOneCore(place, configFile, temporal.address, execArgv);
  const requests = async () => (await simulator.control('stats')).requests;
  const startedMs = performance.now();
  while ((await requests()) < streams) {
    if (collector.child.exitCode !== null) throw new Error(`it ended: ${collector.output()}`);
    if (performance.now() - startedMs > FIRST_CYCLES_MS) break;
    await sleep(500);
  }
  const firstS = rounded((performance.now() - startedMs) / 1000, 1);
  say(`tenants ${count}: all streams have begun after ${firstS} s`);
  const from = {
    requests: await requests(),
    cpu: cpuMs(collector.pid),
    temporal: cpuMs(temporal.pid() ?? 0),
    atMs: performance.now(),
  };
  await sleep(periods * periodS * 1000);
  const elapsedMs = performance.now() - from.atMs;
  const made = (await requests()) - from.requests;
  // All begin within the first minute of a period, so that only whole periods are due.
  const due = streams * Math.floor(elapsedMs / (periodS * 1000));
  const share = (/** @type {number} */ ms) => rounded((ms * 100) / elapsedMs, 1);
  return {
    tenants: count,
    streams,
    'first cycle of all s': firstS,
    'CPU % of a core': share(cpuMs(collector.pid) - from.cpu),
    'resident MB': Math.round(residentMb(collector.pid)),
    "Temporal's CPU %": share(cpuMs(temporal.pid() ?? 0) - from.temporal),
    "Temporal's MB": Math.round(residentMb(temporal.pid() ?? 0)),
    'cycles due': due,
    'cycles done': made,
    'missed periods': Math.max(0, due - made),
  };
}

/**
 * @param {import('./processes.js').Place} place
 * @param {string} configFile
 * @param {string} address
 * @param {readonly string[]} execArgv
 */
function startOnOneCore(place, configFile, address, execArgv) {
  const node = [process.execPath, ...execArgv, MAIN, 'up', '--config', configFile];
  // taskset is Linux's; elsewhere it runs on all cores, and the CPU share tells.
  const pinned = spawnSync('taskset', ['--version']).status === 0 ? ['taskset', '-c', '0'] : [];
  const [command = '', ...args] = [...pinned, ...node];
  const child = spawn(command, args, {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_CONFIG_FILE: join(place.folder, 'no-such-profile.toml'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk.toString()).slice(-20_000)));
  }
  place.atEnd(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  return { child, pid: child.pid ?? 0, output: () => output };
}
