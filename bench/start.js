// start: from `up` to the first request of the API; from SIGTERM to the end of the process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, startSimulatorProcess, withPlace } from './processes.js';
import { median, printFigures, rounded, say } from './print.js';
import { startTemporal } from './temporal.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
/** So long the process is idle before it is asked to stop. */
const IDLE_MS = 3_000;

/** @param {{ rounds?: number, execArgv?: readonly string[] }} options */
export async function start({ rounds = 5, execArgv = [] }) {
  await withPlace(async (place) => {
    const temporal = await startTemporal(place);
    /** @type {number[]} */
    const starts = [];
    /** @type {number[]} */
    const stops = [];
    const simulator = await startSimulatorProcess(place, {
      tenant: { behaviour: { requestsPerSecond: 0 } },
      services: { incidents: {}, alerts: {} },
      everyService: { request_period_in_seconds: 1 },
    });
    for (let round = 0; round <= rounds; round++) {
      const before = (await simulator.control('stats')).requests;
      const startedMs = performance.now();
      const child = spawn(
        process.execPath,
        [...execArgv, MAIN, 'up', '--config', simulator.configFile],
        {
          env: {
            PATH: process.env.PATH,
            HOME: process.env.HOME,
            TEMPORAL_ADDRESS: temporal.address,
            TEMPORAL_CONFIG_FILE: join(place.folder, 'no-such-profile.toml'),
          },
          stdio: 'ignore',
        },
      );
      const ended = once(child, 'exit');
      place.atEnd(async () => {
        if (child.exitCode !== null) return;
        child.kill('SIGKILL');
        await ended;
      });
      while ((await simulator.control('stats')).requests === before) {
        if (child.exitCode !== null) throw new Error('the collector ended by itself');
        await sleep(10);
      }
      const startMs = performance.now() - startedMs;
      await sleep(IDLE_MS);
      const stoppedMs = performance.now();
      child.kill('SIGTERM');
      await ended;
      const stopMs = performance.now() - stoppedMs;
      say(`start ${round}: ${Math.round(startMs)} ms, stop ${Math.round(stopMs)} ms`);
      // The first one makes the workflows, and the files are not in memory yet.
      if (round > 0) {
        starts.push(startMs);
        stops.push(stopMs);
      }
    }
    const row = (/** @type {string} */ what, /** @type {number[]} */ list) => ({
      what,
      runs: list.length,
      'median s': rounded(median(list) / 1000),
      'most s': rounded(Math.max(...list) / 1000),
    });
    const rows = [
      row('`up` to the first request, Temporal running', starts),
      row('SIGTERM to the end, idle', stops),
    ];
    printFigures('start', rows, { rounds, rows });
  });
}
