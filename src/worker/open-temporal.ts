import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { CollectorConfig } from '../config/model.js';
import { CollectorError } from '../errors/collector-error.js';
import { startEmbeddedTemporal } from './embedded-temporal.js';
import type { EmbeddedTemporal } from './embedded-temporal.js';
import { readRecord } from './leftover-temporal.js';
import { registerSearchAttributes } from './search-attributes.js';
import { findTemporalBinary } from './temporal-binary.js';

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A cluster that takes longer to greet is not to be worked with. */
const CONNECT_MS = 10_000;

/** A connected Temporal: the cluster of the environment or the config, or the embedded server. */
export interface TemporalSession {
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
  /** Of the embedded server that this process started, where it shows one. */
  readonly uiUrl: string | undefined;
  /** Whether this process started the server. */
  readonly embedded: boolean;
  /** Whether the namespace knows the product's search attributes. */
  readonly searchAttributes: boolean;
  /** One more connection, for workers. */
  connectWorker(): Promise<NativeConnection>;
  /** Closes the connection, and stops the server if this process started it. */
  close(): Promise<void>;
}

export interface OpenTemporalOptions {
  readonly env: NodeJS.ProcessEnv;
  /** `start`: may start the embedded server; `join`: uses the one that `up` started in the same state folder. */
  readonly embedded: 'start' | 'join';
  readonly log: Logger;
}

/**
 * Connects to the Temporal that `TEMPORAL_*` or `globals.temporal.address` name, else to the embedded one.
 * Raises `TEMPORAL_UNREACHABLE` and what starting the embedded server raises.
 */
export async function openTemporal(
  config: CollectorConfig,
  { env, embedded, log }: OpenTemporalOptions,
): Promise<TemporalSession> {
  const { connectionOptions, namespace = config.temporal.namespace } = loadClientConnectConfig({
    overrideEnvVars: definedOnly(env),
  });
  const remote = connectionOptions.address ?? config.temporal.address;
  const server =
    remote === undefined && embedded === 'start' ? await startServer(config, env, log) : undefined;
  const address = remote ?? server?.address ?? embeddedAddress(config);
  const settings = { ...connectionOptions, address };
  try {
    const connection = await Connection.connect({ ...settings, connectTimeout: CONNECT_MS });
    const searchAttributes = await registerSearchAttributes(connection, namespace);
    return {
      client: new Client({ connection, namespace }),
      namespace,
      address,
      uiUrl: server?.uiUrl,
      embedded: server !== undefined,
      searchAttributes,
      connectWorker: async () => await NativeConnection.connect(settings),
      async close() {
        await connection.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw unreachable(address, error instanceof Error ? error.message : String(error));
  }
}

async function startServer(
  config: CollectorConfig,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<EmbeddedTemporal> {
  const server = await startEmbeddedTemporal({
    binary: findTemporalBinary(env, PROJECT_ROOT),
    stateDir: config.paths.state,
    uiPort: config.temporal.uiPort,
    logLevel: 'error',
    onRestart: (ended, waitMs) => {
      log.warn({ ended, waitMs }, 'Embedded Temporal ended by itself and is started again');
    },
  });
  log.info({ address: server.address, ui: server.uiUrl }, 'Embedded Temporal started');
  return server;
}

function embeddedAddress(config: CollectorConfig): string {
  const record = readRecord(config.paths.state);
  if (record === undefined) {
    throw unreachable('the embedded server', `none was started in ${config.paths.state}`);
  }
  return `127.0.0.1:${record.port}`;
}

function unreachable(address: string, reason: string): CollectorError {
  return new CollectorError(
    'TEMPORAL_UNREACHABLE',
    `found no Temporal at ${address} (${reason}); start it with \`up\`, or set TEMPORAL_ADDRESS to a running one`,
    { retry: 'later' },
  );
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
