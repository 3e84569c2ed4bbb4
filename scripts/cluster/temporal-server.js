// The production Temporal server on PostgreSQL, all of its services in one process.
import { Connection } from '@temporalio/client';
import { join } from 'node:path';
import process from 'node:process';
import { Fatal, freePorts, run, start, until } from './programs.js';

const DATABASES = { temporal: 'temporal', temporal_visibility: 'visibility' };

/** Sets up the schemas, starts the server, makes the namespace; `kill` and `restart` as a crash does it. */
export async function startTemporal({ bin, sources, folder, dynamicConfig, postgresPort }) {
  for (const [database, schema] of Object.entries(DATABASES)) {
    const sql = async (...args) =>
      await run(join(bin, 'sql'), [
        ...['--plugin', 'postgres12', '--ep', '127.0.0.1', '-p', String(postgresPort)],
        ...['-u', 'temporal', '--pw', 'temporal', '--db', database, ...args],
      ]);
    await sql('create-database');
    await sql('setup-schema', '-v', '0.0');
    const versions = join(sources, 'schema/postgresql/v12', schema, 'versioned');
    await sql('update-schema', '-d', versions);
  }
  const ports = await freePorts(9);
  const names = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'];
  const env = {
    PATH: process.env.PATH,
    DB: 'postgres12',
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: String(postgresPort),
    VISIBILITY_DB_PORT: String(postgresPort),
    POSTGRES_USER: 'temporal',
    POSTGRES_PWD: 'temporal',
    DBNAME: 'temporal',
    VISIBILITY_DBNAME: 'temporal_visibility',
    NUM_HISTORY_SHARDS: '4',
    BIND_ON_IP: '127.0.0.1',
    TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: dynamicConfig,
    LOG_LEVEL: 'warn',
    FRONTEND_HTTP_PORT: String(ports[8]),
    ...Object.fromEntries(names.map((name, at) => [`${name}_GRPC_PORT`, String(ports[2 * at])])),
    ...Object.fromEntries(
      names.map((name, at) => [`${name}_MEMBERSHIP_PORT`, String(ports[2 * at + 1])]),
    ),
  };
  const address = `127.0.0.1:${ports[0]}`;
  const config = join(sources, 'config', 'docker.yaml');
  const log = join(folder, 'temporal.log');
  const launch = () =>
    start(join(bin, 'server'), ['--config-file', config, '--allow-no-auth', 'start'], {
      env,
      log,
    });
  let server = launch();
  await until('the Temporal server', 90_000, async () => {
    if (server.hasEnded()) throw new Fatal(`the Temporal server ended, see ${log}`);
    return await registerNamespace(address);
  });
  return {
    address,
    kill: async () => await server.end('SIGKILL'),
    restart: () => {
      server = launch();
    },
    stop: async () => await server.end('SIGTERM'),
  };
}

/** Whether the namespace `default` can be used; it takes some seconds after it was made. */
async function registerNamespace(address) {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.workflowService
      .registerNamespace({
        namespace: 'default',
        workflowExecutionRetentionPeriod: { seconds: 86_400 },
      })
      .catch((error) => {
        if (!/already exists/.test(error.message)) throw error;
      });
    await connection.workflowService.listWorkflowExecutions({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
