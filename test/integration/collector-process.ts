import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporalBinary } from '../../src/worker/temporal-binary.js';
import { PROJECT_ROOT } from './temporal-server.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'cli', 'main.js');

/** The built collector as a process of its own, with its embedded Temporal. */
export interface CollectorProcess {
  /** Everything it printed so far. */
  output(): string;
  hasEnded(): boolean;
  /** Kills it, and its Temporal server, without warning. */
  kill(): Promise<void>;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `up` with a config file; `npm run build` must have run. */
export function startUp(configFile: string): CollectorProcess {
  if (!existsSync(MAIN)) throw new Error(`found no ${MAIN}, expected the build: npm run build`);
  const child = spawn(process.execPath, [MAIN, 'up', '--config', configFile], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEMPORAL_CLI: findTemporalBinary(process.env, PROJECT_ROOT),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const record = join(dirname(configFile), '..', 'state', 'temporal.json');
  return {
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async kill() {
      const { pid } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number };
      await end(child, 'SIGKILL');
      process.kill(pid, 'SIGKILL');
    },
    stop: async () => await end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}

/** A client of the embedded Temporal that a collector with this folder runs. */
export async function connectTo(
  folder: string,
): Promise<{ readonly client: Client; readonly close: () => Promise<void> }> {
  const record = join(folder, 'state', 'temporal.json');
  while (!existsSync(record)) await new Promise((resolve) => setTimeout(resolve, 100));
  const { port } = JSON.parse(readFileSync(record, 'utf8')) as { port: number };
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  return { client: new Client({ connection }), close: () => connection.close() };
}
