import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamStatus } from '../../src/pull/status.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Simulator } from '../../simulator/simulator.js';
import * as messages from '../../src/workflows/messages.js';
import { changeConfig } from './change-config.js';
import { runCli, untilPrinted } from './cli-process.js';
import { uiPort } from './collecting.js';
import type { CollectorProcess } from './collector-process.js';
import { connectTo, startUp } from './collector-process.js';
import { endsOf } from './endings.js';
import { eventually } from './eventually.js';
import { faultsOf, history, NO_FAULTS } from './trial.js';

const ALERTS = 400;

const ends = endsOf(afterAll);
let folder: string;
let simulator: Simulator;
let up: CollectorProcess;
let temporal: Awaited<ReturnType<typeof connectTo>>;
let stream: WorkflowHandle;
let past: { count: number; fromMs: number; toMs: number };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  past = history(ALERTS);
  simulator = await startSimulator({
    folder,
    tenant: { history: { alerts: past }, eventsPerAlert: { least: 1, most: 1 } },
    services: { alerts: { request_period_in_seconds: 600, settle_in_seconds: 1 } },
    globals: { temporal: { ui_port: uiPort() } },
  });
  ends.push(() => simulator.stop());
  await start();
  await eventually('everything', () => simulator.reckoning().lost === 0);
  // What is sent and not confirmed may be sent again.
  await streamWhere(isConfirmed);
});

async function start(): Promise<void> {
  const started = startUp(simulator.configFile);
  ends.push(() => started.stop());
  await untilPrinted(started, /Collector running/);
  const connected = await connectTo(folder);
  ends.push(() => connected.close());
  up = started;
  temporal = connected;
  stream = temporal.client.workflow.getHandle('collect/cortex_xdr/simulated/alerts');
}

function writeAlerts(keys: Record<string, unknown>): void {
  changeConfig(simulator.configFile, ({ inputs }) => {
    Object.assign(inputs.cortex_xdr?.services.alerts ?? {}, keys);
  });
}

async function streamWhere(wanted: (status: StreamStatus) => boolean): Promise<StreamStatus> {
  return await eventually('a status', () => stream.query<StreamStatus>('status'), wanted);
}

function isConfirmed({ state, pendingByOutput }: StreamStatus): boolean {
  return state === 'waiting' && Object.values(pendingByOutput).every((segments) => segments === 0);
}

/** Alerts that arrived, repeats included. */
function received(): number {
  return simulator.receiver.received.arrivals('alerts').received;
}

/** Lets the stream pull once more and returns what arrived until then. */
async function afterOnePull(): Promise<number> {
  const { totals } = await streamWhere(({ state }) => state === 'waiting');
  await stream.signal(messages.pullNow);
  await streamWhere((status) => status.totals.cycles > totals.cycles && isConfirmed(status));
  return received();
}

test('a restart with the same config sends nothing again', async () => {
  expect(received()).toBe(ALERTS);
  await temporal.close();
  expect(await up.stop()).toBe(0);
  await start();
  await untilPrinted(up, /0 to start, 0 to change, 0 to stop, 1 unchanged/);
  expect(await afterOnePull()).toBe(ALERTS);
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
});

test('a reset sends everything from its start time on once more, once', async () => {
  const middleMs = Math.round((past.fromMs + past.toMs) / 2);
  const startTime = new Date(middleMs).toISOString();
  const reset = ['reset', 'alerts', '--start-time', startTime, '--yes'];
  expect(await runCli([...reset, '--config', simulator.configFile])).toMatchObject({ exitCode: 0 });
  const { startTimeMs } = await streamWhere((status) => status.startTimeMs === middleMs);
  expect(startTimeMs).toBe(middleMs);
  const again = await afterOnePull();
  // The history is spread evenly.
  expect(Math.abs(again - ALERTS * 1.5)).toBeLessThanOrEqual(ALERTS * 0.05);
  expect(await afterOnePull()).toBe(again);
});

test('the same request sent twice is one reset', async () => {
  const before = received();
  const request = { startTime: past.fromMs, requestId: randomUUID() };
  await stream.signal(messages.resetPersistence, request);
  await streamWhere(({ startTimeMs }) => startTimeMs === past.fromMs);
  expect(await afterOnePull()).toBe(before + ALERTS);
  await stream.signal(messages.resetPersistence, request);
  expect(await afterOnePull()).toBe(before + ALERTS);
});

/** How often it found a file that says the same. */
function unchangedReads(): number {
  return up.output().split('Config read again: nothing changed').length - 1;
}

// Before any test that writes the file: nothing but the signal can be why it is read.
test('SIGHUP makes it read the file again', async () => {
  expect(unchangedReads()).toBe(0);
  up.hangUp();
  await expect.poll(unchangedReads).toBe(1);
});

test('a broken file is refused with its mistakes, and the config before it stays in force', async () => {
  const sound = readFileSync(simulator.configFile, 'utf8');
  const before = await stream.query(messages.status);
  const broken = sound
    .replace('request_period_in_seconds: 600', 'request_period_in_seconds: soon')
    .replace('enabled: true', '');
  writeFileSync(simulator.configFile, broken);
  await untilPrinted(up, /"problem":"CONFIG_\w+ [^"]*request_period_in_seconds/);
  await untilPrinted(up, /The config before it stays in force/);
  expect((await stream.query(messages.status)).settings).toEqual(before.settings);
  await afterOnePull();
  const readBefore = unchangedReads();
  writeFileSync(simulator.configFile, sound);
  await expect.poll(unchangedReads).toBeGreaterThan(readBefore);
});

test('a changed file holds without a restart', async () => {
  writeAlerts({ request_period_in_seconds: 900 });
  await streamWhere(({ settings }) => settings.periodMs === 900_000);
  await untilPrinted(up, /"details":\["request_period_in_seconds: 600 -> 900"\]/);
});

test('a changed start_time resets, once', async () => {
  const before = received();
  const startTime = new Date(past.fromMs - 1_000).toISOString();
  writeAlerts({ start_time: startTime });
  await streamWhere(({ startTimeMs }) => startTimeMs === Date.parse(startTime));
  expect(await afterOnePull()).toBe(before + ALERTS);
  writeAlerts({ request_period_in_seconds: 600 });
  await streamWhere(({ settings }) => settings.periodMs === 600_000);
  expect(await afterOnePull()).toBe(before + ALERTS);
});
