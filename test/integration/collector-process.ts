import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startCli } from './cli-process.js';

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
  const up = startCli(['up', '--config', configFile]);
  const record = join(dirname(configFile), '..', 'state', 'temporal.json');
  return {
    output: () => up.output(),
    hasEnded: () => up.hasEnded(),
    async kill() {
      const { pid } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number };
      await up.end('SIGKILL');
      process.kill(pid, 'SIGKILL');
    },
    stop: async () => await up.end('SIGTERM'),
  };
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
