import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { CollectorError } from '../../errors/collector-error.js';
import { messageOf } from '../../errors/message-of.js';
import { openBoundedLog } from './bounded-log.js';
import { guardDatabase, serverVersion } from './database-version.js';
import { choosePorts } from './choose-ports.js';
import type { TemporalPorts } from './choose-ports.js';
import { spawnMortal } from './mortal-process.js';
import { readRecord, writeRecord } from './server-record.js';
import { temporalArguments } from './temporal-arguments.js';
import type { TemporalLogLevel } from './temporal-arguments.js';

/** A first start takes 2 s; a slow machine with a large database gets this long. */
const START_TIMEOUT_MS = 90_000;
const READY_CHECK_EVERY_MS = 50;
/** Said by the server once it has the port. */
const SAYS_LISTENING = /^(Temporal )?Server:\s+\S+:\d+$/m;
/** Another version of the CLI may say it in other words; its server counts as listening after this. */
const SAYS_LISTENING_WITHIN_MS = 10_000;
/** Collectors started at once choose the same port for their UI, and one alone gets it: so again, but not in step. */
const MOST_STARTS = 5;
const LOST_PORT_WAIT_MS = 1_000;
const FIRST_RESTART_WAIT_MS = 500;
const LONGEST_RESTART_WAIT_MS = 30_000;
/** A server that lived this long is started again without a longer wait. */
const SETTLED_AFTER_MS = 60_000;
const LOG_MAX_BYTES = 5_000_000;
const NAMESPACE = 'default';
/** The server needs nothing else of the environment, least of all the collector's secrets. */
const ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'];
/** How long a server gets to end by itself before it is killed. */
const STOP_GRACE_MS = 5_000;

export interface EmbeddedTemporalOptions {
  /** Path of the `temporal` binary. */
  readonly binary: string;
  /** Holds `temporal.sqlite`, `temporal.log` and `temporal.json`; made when absent. */
  readonly stateDir: string;
  /** Of the state folder's lock, which the server then keeps too as long as it runs. */
  readonly lockFd?: number;
  /** Port of Temporal UI, or the next free one; 0: no UI. */
  readonly uiPort: number;
  readonly logLevel: TemporalLogLevel;
  /** gRPC port. Default: the one used last in this state folder, else any free one. */
  readonly port?: number;
  readonly log?: Logger;
  /** Told whenever the server ended by itself and is about to be started again. */
  readonly onRestart?: (ended: string, waitMs: number) => void;
}

export interface EmbeddedTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Undefined: started without UI. */
  readonly uiUrl: string | undefined;
  /** Process id of the server now running; undefined between an end and the next start. */
  readonly pid: () => number | undefined;
  /** Ends the server, by force after 5 s. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts `temporal server start-dev` on loopback with its data in the state folder, waits until it answers,
 * and starts it again on the same port whenever it ends by itself, until `stop`. Throws
 * `TEMPORAL_PORT_IN_USE`, `TEMPORAL_START_FAILED`, `TEMPORAL_DATABASE_NEWER` or `TEMPORAL_UNREACHABLE`.
 */
export async function startEmbeddedTemporal(
  options: EmbeddedTemporalOptions,
): Promise<EmbeddedTemporal> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const last = readRecord(options.stateDir);
  const version = await serverVersion(resolve(options.binary));
  await guardDatabase(options.stateDir, { last: last?.version, now: version }, options.log);

  for (let starts = 1; ; starts++) {
    try {
      return await startOn(
        options,
        await choosePorts(options, last?.port),
        version ?? last?.version,
      );
    } catch (error) {
      if (!isPortLost(error) || starts === MOST_STARTS) throw error;
      await delay(Math.random() * LOST_PORT_WAIT_MS);
    }
  }
}

/** Between the choice of a port and the server's own listening lies a second, in which others may be quicker. */
function isPortLost(error: unknown): boolean {
  return (
    error instanceof CollectorError &&
    error.code === 'TEMPORAL_PORT_IN_USE' &&
    error.retry === 'later'
  );
}

/** Raises `TEMPORAL_PORT_IN_USE` with a later retry where another process took a port meanwhile. */
async function startOn(
  options: EmbeddedTemporalOptions,
  { port, uiPort }: TemporalPorts,
  version: string | undefined,
): Promise<EmbeddedTemporal> {
  const stateDir = resolve(options.stateDir);
  const address = `127.0.0.1:${port}`;
  const arguments_ = temporalArguments({ port, uiPort, logLevel: options.logLevel });
  const logPath = join(stateDir, 'temporal.log');
  const log = openBoundedLog(logPath, LOG_MAX_BYTES);
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let addressInUse = false;
  let listens = false;

  const launch = async (): Promise<string> => {
    const started = spawnMortal(resolve(options.binary), arguments_, {
      cwd: stateDir,
      env: Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]])),
      fd: options.lockFd,
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk);
        addressInUse ||= chunk.includes('address already in use');
        listens ||= SAYS_LISTENING.test(chunk.toString());
      });
    }
    if (started.pid !== undefined) {
      writeRecord(stateDir, { pid: started.pid, ownerPid: process.pid, port, version });
    }
    return endOf(started).finally(() => (child = undefined));
  };

  const firstRun = launch();
  let supervision: Promise<unknown> = firstRun;
  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    if (child !== undefined) await endChild(child);
    await supervision;
    log.close();
  };

  const ready = new AbortController();
  try {
    await Promise.race([
      waitUntilReady(address, () => listens, ready.signal),
      firstRun.then((ended) => {
        const message = `${options.binary} ${ended} while it was starting; its reason is at the end of ${logPath}`;
        throw addressInUse
          ? new CollectorError('TEMPORAL_PORT_IN_USE', message, { retry: 'later' })
          : new CollectorError('TEMPORAL_START_FAILED', message, { retry: 'never' });
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    ready.abort();
  }
  supervision = firstRun.then((ended) => supervise(ended, launch, stopping.signal, options));

  return {
    address,
    namespace: NAMESPACE,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    pid: () => child?.pid,
    stop,
  };
}

/** Starts the server again, with growing waits, until `stopping`. */
async function supervise(
  firstEnd: string,
  launch: () => Promise<string>,
  stopping: AbortSignal,
  options: EmbeddedTemporalOptions,
): Promise<void> {
  let ended = firstEnd;
  let waitMs = FIRST_RESTART_WAIT_MS;
  while (!stopping.aborted) {
    options.onRestart?.(ended, waitMs);
    const stopped = await delay(waitMs, false, { signal: stopping }).catch(() => true);
    if (stopped) return;
    const startedMs = Date.now();
    ended = await launch();
    waitMs =
      Date.now() - startedMs >= SETTLED_AFTER_MS
        ? FIRST_RESTART_WAIT_MS
        : Math.min(waitMs * 2, LONGEST_RESTART_WAIT_MS);
  }
}

/** How a process ended, in words. */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
  } catch (error) {
    return `could not be run (${messageOf(error)})`;
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'close');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await gone;
  clearTimeout(kill);
}

/** Asks nobody before `listens`: what answers until then is another server, which was quicker on the port. */
async function waitUntilReady(
  address: string,
  listens: () => boolean,
  stopped: AbortSignal,
): Promise<void> {
  const startMs = Date.now();
  let last: unknown;
  while (!stopped.aborted && Date.now() < startMs + START_TIMEOUT_MS) {
    await delay(READY_CHECK_EVERY_MS);
    if (!listens() && Date.now() < startMs + SAYS_LISTENING_WITHIN_MS) continue;
    try {
      const connection = await Connection.connect({ address, connectTimeout: 2_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      last = error;
    }
  }
  throw new CollectorError(
    'TEMPORAL_UNREACHABLE',
    `the embedded Temporal does not answer at ${address} after ${START_TIMEOUT_MS / 1000} s`,
    { retry: 'later', cause: last },
  );
}
