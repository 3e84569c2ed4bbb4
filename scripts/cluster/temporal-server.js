// The production Temporal server on PostgreSQL, all of its services in one process.
import { Connection } from '@temporalio/client';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Fatal, freePorts, run, start, until } from './programs.js';

const SETUP_SCHEMA = join(import.meta.dirname, '../../deploy/temporal/setup-schema.sh');

/** Sets up the schemas, starts the server, makes the namespace; `kill` and `restart` as a crash does it. */
export async function startTemporal({ bin, sources, folder, dynamicConfig, postgresPort }) {
  await setUpSchema({ bin, sources, folder, postgresPort });
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

/** With the script of docker-compose.yml, twice, for it has to be safe to run again. */
async function setUpSchema({ bin, sources, folder, postgresPort }) {
  symlinkSync(join(bin, 'sql'), join(folder, 'temporal-sql-tool'));
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    TEMPORAL_SCHEMAS: join(sources, 'schema'),
    SQL_HOST: '127.0.0.1',
    SQL_PORT: String(postgresPort),
    SQL_USER: 'temporal',
    SQL_PASSWORD: 'temporal',
  };
  await run('sh', [SETUP_SCHEMA], { env, maxBuffer: 2 ** 26 });
  await run('sh', [SETUP_SCHEMA], { env, maxBuffer: 2 ** 26 });
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
