import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startCli } from './cli-process.js';

/** The built collector as a process of its own, with its embedded Temporal. */
export interface CollectorProcess {
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  hasEnded(): boolean;
  /** Asks it to read its config again. */
  hangUp(): void;
  /** Kills it, and its Temporal server, without warning. */
  kill(): Promise<void>;
  /** Kills it alone, without warning; an embedded server stays behind. */
  killWorker(): Promise<void>;
  /** Kills its embedded Temporal server alone; false where there is none at the moment. */
  killTemporal(): boolean;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `up` with a config file, and more environment if given; `npm run build` must have run. */
export function startUp(
  configFile: string,
  environment: Readonly<Record<string, string>> = {},
): CollectorProcess {
  const up = startCli(['up', '--config', configFile], environment);
  const record = join(dirname(configFile), '..', 'state', 'temporal.json');
  const killTemporal = (): boolean => {
    try {
      const { pid } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  };
  return {
    pid: up.pid,
    output: () => up.output(),
    hasEnded: () => up.hasEnded(),
    hangUp: () => up.signal('SIGHUP'),
    async kill() {
      await up.end('SIGKILL');
      killTemporal();
    },
    async killWorker() {
      await up.end('SIGKILL');
    },
    killTemporal,
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
