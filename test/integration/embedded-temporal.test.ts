import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reservePort } from '../../simulator/net.js';
import { startEmbeddedTemporal } from '../../src/worker/temporal/embedded-temporal.js';
import type { EmbeddedTemporal } from '../../src/worker/temporal/embedded-temporal.js';
import { freePort } from '../../src/worker/temporal/free-port.js';
import { readRecord } from '../../src/worker/temporal/server-record.js';
import { keepEndedRuns } from '../../src/worker/temporal/retention.js';
import { registerSearchAttributes } from '../../src/worker/temporal/search-attributes.js';
import { findTemporalBinary } from '../../src/worker/temporal/temporal-binary.js';
import { claimStateFolder } from '../../src/worker/state-folder.js';
import { startAtOnce } from './at-once.js';
import { portRobber, temporalRobber } from './port-robber.js';
import { PROJECT_ROOT } from './temporal-server.js';

const log = pino({ level: 'silent' });
const DAY_S = 86_400;
const binary = findTemporalBinary(process.env, PROJECT_ROOT);
let stateDir: string;
const running: EmbeddedTemporal[] = [];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'embedded-temporal-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(stateDir, { recursive: true });
});

async function start(
  options: Partial<Parameters<typeof startEmbeddedTemporal>[0]> = {},
): Promise<EmbeddedTemporal> {
  const server = await startEmbeddedTemporal({
    ...{ binary, stateDir, uiPort: 0, logLevel: 'warn' },
    ...options,
  });
  running.push(server);
  return server;
}

async function withConnection<T>(
  address: string,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const startWorkflow = (address: string, workflowId: string) =>
  withConnection(address, async (connection) => {
    await new Client({ connection }).workflow.start('kept', { workflowId, taskQueue: 'none' });
  });

const statusOf = (address: string, workflowId: string) =>
  withConnection(address, async (connection) => {
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    return (await handle.describe()).status.name;
  });

async function retentionOf({ workflowService }: Connection): Promise<number> {
  const { config } = await workflowService.describeNamespace({ namespace: 'default' });
  return Number(config?.workflowExecutionRetentionTtl?.seconds);
}

describe('embedded Temporal', () => {
  it('keeps its data and its address from one start to the next', async () => {
    const first = await start();
    await startWorkflow(first.address, 'before');
    await first.stop();
    expect(first.pid()).toBeUndefined();

    // Other tests on this host ask for any free port meanwhile.
    const release = await reservePort(Number(first.address.split(':')[1]));
    const second = await start().finally(release);
    expect(second.address).toBe(first.address);
    expect(await statusOf(second.address, 'before')).toBe('RUNNING');
  });

  it('has the search attributes', async () => {
    const { address, namespace } = await start();
    const usable = await withConnection(address, (connection) =>
      registerSearchAttributes(connection, namespace),
    );
    expect(usable).toBe(true);
  });

  it('gets search attributes that it lacks', async () => {
    const { address, namespace } = await start();
    await withConnection(address, async (connection) => {
      const watermark = 'CortexWatermark';
      await connection.operatorService.removeSearchAttributes({
        namespace,
        searchAttributes: [watermark],
      });
      expect(await registerSearchAttributes(connection, namespace)).toBe(true);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace,
      });
      expect(Object.keys(customAttributes)).toContain(watermark);
    });
  });

  it('never fails for want of search attributes', async () => {
    const { address } = await start();
    const usable = await withConnection(address, (connection) =>
      registerSearchAttributes(connection, 'no-such-namespace'),
    );
    expect(usable).toBe(false);
  });

  it('keeps ended runs for a week, or longer where an operator says so', async () => {
    const first = await start();
    expect(await withConnection(first.address, retentionOf)).toBe(DAY_S);
    await withConnection(first.address, (connection) => keepEndedRuns(connection, 'default'));
    await first.stop();

    const { address } = await start();
    await withConnection(address, async (connection) => {
      expect(await retentionOf(connection)).toBe(7 * DAY_S);
      expect(await registerSearchAttributes(connection, 'default')).toBe(true);
      await connection.workflowService.updateNamespace({
        namespace: 'default',
        config: { workflowExecutionRetentionTtl: msToTs('30 days') },
      });
      await keepEndedRuns(connection, 'default');
      expect(await retentionOf(connection)).toBe(30 * DAY_S);
    });
  });

  it('is started again with its data when it is killed', async () => {
    const onRestart = vi.fn();
    const server = await start({ onRestart });
    await startWorkflow(server.address, 'survivor');
    const killed = server.pid();
    process.kill(killed ?? 0, 'SIGKILL');

    await vi.waitFor(
      async () => {
        expect(server.pid()).not.toBe(killed);
        expect(await statusOf(server.address, 'survivor')).toBe('RUNNING');
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(onRestart).toHaveBeenCalledWith('was ended by SIGKILL', expect.any(Number));
  });

  it('is not started again after stop', async () => {
    const onRestart = vi.fn();
    const server = await start({ onRestart });
    await server.stop();
    expect(onRestart).not.toHaveBeenCalled();
    const port = Number(server.address.split(':')[1]);
    expect(await freePort(port)).toBe(port);
  });

  it('puts the UI on the next free port when the wanted one is taken', async () => {
    const taken = createServer().listen({ port: 0, host: '127.0.0.1' });
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { uiUrl } = await start({ uiPort: port });
      expect(uiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(uiUrl).not.toContain(`:${port}`);
      const page = await fetch(uiUrl ?? '');
      expect(page.ok).toBe(true);
    } finally {
      taken.close();
    }
  });

  it('refuses a gRPC port that is taken', async () => {
    const taken = createServer().listen({ port: 0, host: '127.0.0.1' });
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(start({ port })).rejects.toMatchObject({ code: 'TEMPORAL_PORT_IN_USE' });
    } finally {
      taken.close();
    }
  });

  it('takes another port when somebody is quicker on the one it chose', async () => {
    const { binary: robbed, ports } = portRobber(binary, stateDir);
    const { address } = await start({ binary: robbed });
    const [port] = ports();
    expect(readFileSync(join(stateDir, 'temporal.log'), 'utf8')).toContain(
      `${port}: bind: address already in use`,
    );
    expect(address).not.toBe(`127.0.0.1:${port}`);
    await startWorkflow(address, 'elsewhere');
    expect(readRecord(stateDir)?.port).toBe(Number(address.split(':')[1]));
  });

  it('is not taken in by another Temporal that was quicker on the port it chose', async () => {
    const { binary: robbed, ports, end } = temporalRobber(binary, stateDir);
    try {
      const { address } = await start({ binary: robbed });
      expect(address).not.toBe(`127.0.0.1:${ports()[0]}`);
      expect(readRecord(stateDir)?.port).toBe(Number(address.split(':')[1]));
    } finally {
      end();
    }
  });

  it('starts, and keeps its address, when others are quicker on four ports for the UI', async () => {
    const first = await start();
    await first.stop();
    const { binary: robbed, ports } = portRobber(binary, stateDir, { times: 4, of: '--ui-port' });
    const wanted = (await freePort(0)) ?? 0;
    const release = await reservePort(Number(first.address.split(':')[1]));
    const { address, uiUrl } = await start({ binary: robbed, uiPort: wanted }).finally(release);
    expect(ports()).toHaveLength(4);
    expect(address).toBe(first.address);
    expect((await fetch(uiUrl ?? '')).ok).toBe(true);
  });

  it('gives up when somebody is always quicker', async () => {
    const { binary: robbed, ports } = portRobber(binary, stateDir, { times: 99 });
    await expect(start({ binary: robbed })).rejects.toMatchObject({ code: 'TEMPORAL_PORT_IN_USE' });
    expect(ports()).toHaveLength(5);
  });

  it('starts with collectors that want the same port for their UI at the same time', async () => {
    const uiPort = (await freePort(0)) ?? 0;
    const names = ['one', 'two', 'three', 'four', 'five'];
    const said = await startAtOnce(
      names.map((name) => ({ binary, stateDir: join(stateDir, name), uiPort, logLevel: 'warn' })),
    );
    expect(said).toEqual(names.map(() => expect.stringContaining('http://') as string));
    expect(new Set(said).size).toBe(names.length);
  });

  it('keeps to the port it was told when somebody is quicker there', async () => {
    const wanted = (await freePort(0)) ?? 0;
    const { address } = await start({ binary: portRobber(binary, stateDir).binary, port: wanted });
    expect(address).toBe(`127.0.0.1:${wanted}`);
  });

  it('says where the reason is when the server ends while starting', async () => {
    writeFileSync(join(stateDir, 'temporal.sqlite'), 'not a database, '.repeat(1_000));
    const onRestart = vi.fn();
    await expect(start({ onRestart })).rejects.toMatchObject({
      code: 'TEMPORAL_START_FAILED',
      message: expect.stringContaining(join(stateDir, 'temporal.log')) as string,
    });
    expect(readFileSync(join(stateDir, 'temporal.log'), 'utf8')).toContain('not a database');
    expect(onRestart).not.toHaveBeenCalled();
  });

  it('refuses a binary that cannot be run', async () => {
    await expect(start({ binary: join(stateDir, 'absent') })).rejects.toMatchObject({
      code: 'TEMPORAL_START_FAILED',
    });
  });

  it('keeps its data in the state folder whatever characters its path has, for this user alone', async () => {
    const odd = join(stateDir, "a#b?c%41d é 'x'");
    await start({ stateDir: odd });
    expect(readdirSync(stateDir)).toEqual(["a#b?c%41d é 'x'"]);
    const modes = readdirSync(odd).map((name) => [name, statSync(join(odd, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toMatchObject({ 'temporal.sqlite': 0o600 });
    expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
  });

  it('keeps the state folder locked until it is gone itself', async () => {
    const { lockFd } = await claimStateFolder(stateDir, { log });
    const server = await start({ lockFd });
    closeSync(lockFd);
    await expect(claimStateFolder(stateDir, { log, waitMs: 0 })).rejects.toMatchObject({
      code: 'STATE_FOLDER_IN_USE',
    });
    await server.stop();
    closeSync((await claimStateFolder(stateDir, { log })).lockFd);
  });
});
