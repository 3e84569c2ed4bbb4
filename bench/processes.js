// Children of a benchmark: whatever it started ends with it, and what they used can be read.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { findTemporalBinary } from '../dist/worker/temporal/temporal-binary.js';

export const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
/** The kernel counts CPU time in hundredths of a second wherever Node runs on Linux. */
const TICK_MS = 10;
const MB = 1024 * 1024;

/**
 * Runs the body with a folder and a stack of things to end; both are gone afterwards, whatever happened.
 * @template Result
 * @param {(place: Place) => Promise<Result>} body
 * @returns {Promise<Result>}
 */
export async function withPlace(body) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  /** @type {(() => Promise<unknown>)[]} */
  const endings = [];
  const interrupt = () => void end().then(() => process.exit(130));
  const end = async () => {
    while (endings.length > 0) await endings.pop()?.();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await body({ folder, atEnd: (ending) => void endings.push(ending) });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await end();
  }
}

/**
 * @typedef {object} Place
 * @property {string} folder A folder for this run alone.
 * @property {(ending: () => Promise<unknown>) => void} atEnd Registers what ends a process; last in, first out.
 */

/**
 * Starts one of the programs in this folder and waits for its first message.
 * @param {Place} place
 * @param {string} file
 * @param {object} options Given as its argument, in JSON.
 * @param {readonly string[]} execArgv Flags of Node.
 */
export async function startProgram(place, file, options, execArgv = []) {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(options)], {
    execArgv: [...execArgv],
  });
  place.atEnd(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    await gone;
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with exit code ${code}`);
  });
  failed.catch(() => undefined);
  const message = async () => (await Promise.race([once(child, 'message'), failed]))[0];
  return {
    pid: child.pid ?? 0,
    first: await message(),
    /** @param {object} request */
    async ask(request) {
      child.send(request);
      return await message();
    },
  };
}

/**
 * Starts the simulator of `simulator.js`, and gives its control endpoint.
 * @param {Place} place
 * @param {object} options Of `startSimulator`, without the folder.
 */
export async function startSimulatorProcess(place, options) {
  const started = await startProgram(place, 'simulator.js', { folder: place.folder, ...options });
  /** @param {string} path @param {object} [body] */
  const control = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${started.first.url}/simulator/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  return { pid: started.pid, ...started.first, control };
}

/**
 * Starts the built collector; resolves when its Temporal answers.
 * @param {Place} place
 * @param {string} configFile
 * @param {readonly string[]} execArgv Flags of Node, such as `--cpu-prof`.
 */
export async function startCollector(place, configFile, execArgv = []) {
  const child = spawn(process.execPath, [...execArgv, MAIN, 'up', '--config', configFile], {
    cwd: place.folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEMPORAL_CLI: findTemporalBinary(process.env, ROOT),
      // Whoever runs this may have a profile that names a cluster.
      TEMPORAL_CONFIG_FILE: join(place.folder, 'no-such-profile.toml'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk.toString()).slice(-100_000)));
  }
  const stop = async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  place.atEnd(stop);
  const record = join(place.folder, 'state', 'temporal.json');
  const connection = await connected(record, () => {
    if (child.exitCode !== null) throw new Error(`the collector ended by itself: ${output}`);
  });
  place.atEnd(async () => await connection.close());
  const temporal = JSON.parse(readFileSync(record, 'utf8'));
  return {
    pid: child.pid ?? 0,
    temporalPid: temporal.pid,
    client: new Client({ connection }),
    output: () => output,
    stop,
  };
}

/** @param {string} record @param {() => void} check */
async function connected(record, check) {
  for (;;) {
    check();
    if (existsSync(record)) {
      const { port } = JSON.parse(readFileSync(record, 'utf8'));
      const connection = await Connection.connect({ address: `127.0.0.1:${port}` }).catch(
        () => undefined,
      );
      if (connection !== undefined) return connection;
    }
    await sleep(50);
  }
}

/** CPU time a process has used so far, all threads, ms. @param {number} pid */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process, MB. @param {number} pid */
export function residentMb(pid) {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(found?.[1] ?? 0) * 1024) / MB;
}
