import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { readRecord } from '../../src/worker/temporal/server-record.js';
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
  const stateDir = join(dirname(configFile), '..', 'state');
  const killTemporal = (): boolean => {
    const record = readRecord(stateDir);
    if (record === undefined) return false;
    try {
      process.kill(record.pid, 'SIGKILL');
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

/** Longer than what a server takes to start on a machine that does other things too. */
const CONNECT_MOST_MS = 90_000;

/**
 * A client of the embedded Temporal that a collector with this folder runs. The record is there before the server
 * answers, and one that lost its port to somebody else gets another, so it is read anew for each try.
 */
export async function connectTo(
  folder: string,
): Promise<{ readonly client: Client; readonly close: () => Promise<void> }> {
  const startMs = performance.now();
  for (;;) {
    const address = `127.0.0.1:${readRecord(join(folder, 'state'))?.port ?? 0}`;
    try {
      const connection = await Connection.connect({ address, connectTimeout: 2_000 });
      return { client: new Client({ connection }), close: () => connection.close() };
    } catch (error) {
      if (performance.now() - startMs > CONNECT_MOST_MS) throw error;
      await delay(100);
    }
  }
}
