import { fileURLToPath } from 'node:url';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { CollectorConfig } from '../../config/model.js';
import { CollectorError } from '../../errors/collector-error.js';
import { messageOf } from '../../errors/message-of.js';
import type { StateFolder } from '../state-folder.js';
import { connectionProblem } from './connection-problem.js';
import { startEmbeddedTemporal } from './embedded-temporal.js';
import type { EmbeddedTemporal } from './embedded-temporal.js';
import { readRecord } from './server-record.js';
import { keepEndedRuns } from './retention.js';
import { registerSearchAttributes } from './search-attributes.js';
import { findTemporalBinary } from './temporal-binary.js';
import { certificateProblem, workerCertificateProblem } from './tls-problem.js';
import { readTemporalEnvironment } from './temporal-environment.js';

const PROJECT_ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** A cluster that takes longer to greet is not to be worked with. */
const CONNECT_MS = 10_000;
/** NOT_FOUND of gRPC's status codes. */
const GRPC_NOT_FOUND = 5;

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
  /** With it the embedded server may be started in it; without, the one that `up` started there is used. */
  readonly state?: StateFolder;
  readonly log: Logger;
}

/**
 * Connects to the Temporal that `TEMPORAL_*` or `globals.temporal.address` name, else to the embedded one.
 * Raises `TEMPORAL_UNREACHABLE`, `TEMPORAL_TLS_UNTRUSTED`, `TEMPORAL_NAMESPACE_MISSING`, `CONFIG_TEMPORAL_ENVIRONMENT` and what starting
 * the embedded server raises.
 */
export async function openTemporal(
  config: CollectorConfig,
  { env, state, log }: OpenTemporalOptions,
): Promise<TemporalSession> {
  const { connectionOptions, namespace = config.temporal.namespace } = readTemporalEnvironment(env);
  const remote = connectionOptions.address ?? config.temporal.address;
  const server =
    remote === undefined && state !== undefined
      ? await startServer(config, state, { env, log })
      : undefined;
  const address = remote ?? server?.address ?? (await embeddedAddress(config));
  const settings = { ...connectionOptions, address };
  try {
    const connection = await Connection.connect({ ...settings, connectTimeout: CONNECT_MS });
    await requireNamespace(connection, namespace, address);
    if (server !== undefined) await keepEndedRuns(connection, namespace);
    const searchAttributes = await registerSearchAttributes(connection, namespace);
    return {
      client: new Client({ connection, namespace }),
      namespace,
      address,
      uiUrl: server?.uiUrl,
      embedded: server !== undefined,
      searchAttributes,
      async connectWorker() {
        try {
          return await NativeConnection.connect(settings);
        } catch (error) {
          throw workerCertificateProblem(address, error) ?? error;
        }
      },
      async close() {
        await connection.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    if (error instanceof CollectorError) throw error;
    const reason = await connectionProblem(address);
    if (reason !== undefined) throw unreachable(address, reason);
    throw (await certificateProblem(settings)) ?? unreachable(address, noGreeting(error));
  }
}

/** Only a clear no counts: a managed cluster may not allow to ask. */
async function requireNamespace(
  connection: Connection,
  namespace: string,
  address: string,
): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_NOT_FOUND) return;
    await connection.close();
    throw new CollectorError(
      'TEMPORAL_NAMESPACE_MISSING',
      `found no namespace ${namespace} at ${address}, expected one; correct globals.temporal.namespace or TEMPORAL_NAMESPACE, or create it`,
      { retry: 'never' },
    );
  }
}

async function startServer(
  config: CollectorConfig,
  { lockFd }: StateFolder,
  { env, log }: Pick<OpenTemporalOptions, 'env' | 'log'>,
): Promise<EmbeddedTemporal> {
  const server = await startEmbeddedTemporal({
    binary: findTemporalBinary(env, PROJECT_ROOT),
    stateDir: config.paths.state,
    lockFd,
    uiPort: config.temporal.uiPort,
    logLevel: 'error',
    log,
    onRestart: (ended, waitMs) => {
      log.warn({ ended, waitMs }, 'Embedded Temporal ended by itself and is started again');
    },
  });
  log.info({ address: server.address, ui: server.uiUrl }, 'Embedded Temporal started');
  return server;
}

/** Raises `TEMPORAL_UNREACHABLE` at once where there is none to wait for. */
async function embeddedAddress(config: CollectorConfig): Promise<string> {
  const record = readRecord(config.paths.state);
  if (record === undefined) {
    throw unreachable('127.0.0.1', `no embedded server was started in ${config.paths.state} yet`);
  }
  const address = `127.0.0.1:${record.port}`;
  if (!isAlive(record.ownerPid) && (await connectionProblem(address)) !== undefined) {
    throw unreachable(address, 'the collector that ran it has ended');
  }
  return address;
}

/** A collector that lives may be about to start its server again. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function noGreeting(error: unknown): string {
  const said = messageOf(error);
  return `what listens there does not answer as Temporal does: ${said}`;
}

function unreachable(address: string, reason: string): CollectorError {
  return new CollectorError(
    'TEMPORAL_UNREACHABLE',
    `found no Temporal at ${address} (${reason}); start it with \`up\`, or set TEMPORAL_ADDRESS (and TEMPORAL_TLS where it wants TLS) to a running one`,
    { retry: 'later' },
  );
}
