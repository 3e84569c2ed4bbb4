import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { StreamStatus } from '../../src/pull/status.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Simulator } from '../../simulator/simulator.js';
import * as messages from '../../src/workflows/messages.js';
import { changeConfig } from './change-config.js';
import type { YamlInput } from './change-config.js';
import type { CliProcess } from './cli-process.js';
import { runCli, startCli, untilPrinted } from './cli-process.js';
import { uiPort } from './collecting.js';
import { connectTo } from './collector-process.js';
import { endsOf } from './endings.js';
import { eventually } from './eventually.js';
import { linesOf } from './plan-json.js';
import type { PlanJson } from './plan-json.js';
import { history } from './trial.js';

const FIRST = 'collect/cortex_xdr/simulated';
const SECOND = 'collect/second/two';
const WRONG_KEY = 'NotTheKeyOfThisTenant0123456789';

const ends = endsOf(afterAll);
let simulator: Simulator;
let worker: CliProcess;
let client: Client;
let reloads = 0;

/** A stream that pulls nothing new but when a test wants it: the period is long. */
const QUIET = { request_period_in_seconds: 600, settle_in_seconds: 0 };

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'apply-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  simulator = await startSimulator({
    folder,
    tenant: { history: { incidents: history(30), alerts: history(30) } },
    services: { incidents: {}, alerts: {}, audit_managements: {} },
    everyService: QUIET,
    globals: { temporal: { ui_port: uiPort() } },
  });
  ends.push(() => simulator.stop());
  changeConfig(simulator.configFile, ({ inputs }) => {
    const first = inputs.cortex_xdr;
    if (first === undefined) throw new Error('the config has no input');
    const { alerts = {} } = structuredClone(first.services);
    inputs.second = { ...structuredClone(first), id: 'two', services: { alerts } };
  });
  worker = startCli(['worker', '--config', simulator.configFile]);
  ends.push(() => worker.end('SIGTERM'));
  await untilPrinted(worker, /Collector running/);
  const temporal = await connectTo(folder);
  ends.push(() => temporal.close());
  client = temporal.client;
  expect(await apply()).toEqual([
    `+ ${FIRST}/incidents`,
    `+ ${FIRST}/alerts`,
    `+ ${FIRST}/audit_managements`,
    `+ ${SECOND}/alerts`,
  ]);
  await streamWhere(`${FIRST}/incidents`, ({ totals }) => totals.records === 30);
});

/** Edits the file and waits until the worker has taken it, without `apply` having run. */
async function change(edits: (input: YamlInput, second: YamlInput) => void): Promise<void> {
  changeConfig(simulator.configFile, ({ inputs: { cortex_xdr: first, second } }) => {
    if (first === undefined || second === undefined) throw new Error('the config lacks an input');
    edits(first, second);
  });
  reloads += 1;
  const taken = () => worker.output().split('New config in force').length - 1;
  await expect.poll(taken).toBeGreaterThanOrEqual(reloads);
}

async function plan(...options: string[]): Promise<PlanJson> {
  const config = ['--config', simulator.configFile];
  const { stdout, stderr, exitCode } = await runCli(['apply', '--json', ...options, ...config]);
  if (exitCode !== 0) throw new Error(stderr);
  expect(stdout).not.toContain(WRONG_KEY);
  expect(stdout).not.toContain(simulator.tenant.credentials.apiKey);
  return JSON.parse(stdout) as PlanJson;
}

/** Asks for the plan, sees that asking changed nothing, carries it out, and sees that nothing is left to do. */
async function apply(): Promise<string[]> {
  const asked = await plan('--dry-run');
  expect(await plan('--dry-run')).toEqual(asked);
  const done = await plan();
  expect(done).toEqual({ ...asked, applied: true });
  // The list that a plan is made of follows a moment later.
  await vi.waitFor(async () => expect(linesOf(await plan('--dry-run'))).toEqual([]), 60_000);
  return linesOf(done);
}

async function streamWhere(
  workflowId: string,
  wanted: (status: StreamStatus) => boolean,
): Promise<StreamStatus> {
  const handle = client.workflow.getHandle(workflowId);
  const found = await eventually(
    `the status of ${workflowId}`,
    async () => await handle.query(messages.status).catch(() => undefined),
    (status) => status !== undefined && wanted(status),
  );
  if (found === undefined) throw new Error('expected a status');
  return found;
}

test('a service that is added starts', async () => {
  await change(({ services }) => {
    services.all_alerts = { ...services.alerts };
  });
  expect(await apply()).toEqual([`+ ${FIRST}/all_alerts`]);
  await streamWhere(`${FIRST}/all_alerts`, ({ totals }) => totals.records === 30);
});

test('a service that is removed ends', async () => {
  await change(({ services }) => {
    delete services.audit_managements;
  });
  expect(await apply()).toEqual([`- ${FIRST}/audit_managements`]);
  await client.workflow.getHandle(`${FIRST}/audit_managements`).result();
});

test('an input that is disabled ends, and goes on where it stood when it comes back', async () => {
  const { totals } = await streamWhere(`${SECOND}/alerts`, (each) => each.totals.records === 30);
  await change((_, second) => {
    second.enabled = false;
  });
  expect(await apply()).toEqual([`- ${SECOND}/alerts`]);
  await client.workflow.getHandle(`${SECOND}/alerts`).result();
  await change((_, second) => {
    second.enabled = true;
  });
  expect(await apply()).toEqual([
    `+ ${SECOND}/alerts`,
    expect.stringMatching(/^ {4}goes on from its watermark 2/),
  ]);
  // Its period goes on, too.
  await client.workflow.getHandle(`${SECOND}/alerts`).signal(messages.pullNow);
  const back = await streamWhere(
    `${SECOND}/alerts`,
    ({ state, totals: { cycles } }) => state === 'waiting' && cycles > totals.cycles,
  );
  expect(back.totals.events).toBe(totals.events);
});

test('a changed period holds at once', async () => {
  await change(({ services }) => {
    services.alerts = { ...services.alerts, request_period_in_seconds: 300 };
  });
  expect(await apply()).toEqual([`~ ${FIRST}/alerts`, '    request_period_in_seconds: 600 -> 300']);
  await streamWhere(`${FIRST}/alerts`, ({ settings }) => settings.periodMs === 300_000);
});

test('a changed tag is that of the next events', async () => {
  const tag = 'my.app.cortex.renamed';
  await change(({ services }) => {
    services.incidents = { ...services.incidents, override_devo_tag: tag };
  });
  simulator.tenant.modify(5);
  expect(await apply()).toEqual([
    `~ ${FIRST}/incidents`,
    `    override_devo_tag: edr.cortex_xdr.incidents -> ${tag}`,
  ]);
  // The changed config ended the wait for the next period.
  const { received } = simulator.receiver;
  await eventually('the new tag', () => (received.strayTags[tag] ?? 0) >= 5);
});

test('include_incident_alerts starts and ends the stream of its own', async () => {
  await change(({ services }) => {
    services.incidents = { ...services.incidents, include_incident_alerts: true };
  });
  expect(await apply()).toEqual([`+ ${FIRST}/incident_alerts`]);
  await streamWhere(`${FIRST}/incident_alerts`, ({ totals }) => totals.events > 0);
  await change(({ services }) => {
    services.incidents = { ...services.incidents, include_incident_alerts: false };
  });
  expect(await apply()).toEqual([`- ${FIRST}/incident_alerts`]);
  await client.workflow.getHandle(`${FIRST}/incident_alerts`).result();
});

test('a changed start_time sends everything since then once more', async () => {
  const startTime = new Date(Date.now() - 30 * 3_600_000).toISOString();
  const arrived = () => simulator.receiver.received.arrivals('all_alerts').received;
  const before = arrived();
  await change(({ services }) => {
    services.all_alerts = { ...services.all_alerts, start_time: startTime };
  });
  expect(await apply()).toEqual([
    `~ ${FIRST}/all_alerts`,
    `    start_time: none -> ${startTime}`,
    '    starts anew from its start_time: what was sent since then is sent once more',
  ]);
  await streamWhere(
    `${FIRST}/all_alerts`,
    (status) => status.startTimeMs === Date.parse(startTime) && status.totals.records >= 60,
  );
  await eventually('all of it again', () => arrived() >= before + 30);
  expect(await apply()).toEqual([]);
  expect(arrived()).toBe(before + 30);
});

test('changed credentials are used at once, and no plan shows them', async () => {
  await change((_, second) => {
    second.credentials.api_key = WRONG_KEY;
  });
  const changed = [`~ ${SECOND}/alerts`, '    credentials: changed'];
  expect(await apply()).toEqual(changed);
  await streamWhere(
    `${SECOND}/alerts`,
    ({ fetchError }) => fetchError?.code === 'CORTEX_UNAUTHORIZED',
  );
  await change((_, second) => {
    second.credentials.api_key = simulator.tenant.credentials.apiKey;
  });
  expect(await apply()).toEqual(changed);
  await streamWhere(`${SECOND}/alerts`, ({ fetchError }) => fetchError === null);
});

test('an input that leaves the config ends with all its streams', async () => {
  changeConfig(simulator.configFile, ({ inputs }) => {
    delete inputs.second;
  });
  expect(await apply()).toEqual([`- ${SECOND}/alerts`]);
  await client.workflow.getHandle(`${SECOND}/alerts`).result();
});

test('an unchanged config changes nothing', async () => {
  expect(await apply()).toEqual([]);
});

test('a changed task queue is refused with nothing done, and a plan shows it', async () => {
  const env = { CORTEX_DEVO_TASK_QUEUE_PREFIX: 'elsewhere' };
  const command = ['apply', '--config', simulator.configFile];
  const before = await client.workflow.getHandle(`${FIRST}/alerts`).query(messages.status);
  const { stdout, exitCode } = await runCli([...command, '--dry-run'], env);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    `! ${FIRST}/alerts\n    runs on the task queue cortex-devo, the config has elsewhere\n`,
  );
  expect(stdout).toMatch(/0 to start, 0 to change, 0 to stop, 0 unchanged, 3 in conflict\n$/);
  expect(await runCli(command, env)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(
      /^error CONFIG_TASK_QUEUE_CHANGED: globals\.temporal\.task_queue_prefix: found \S+ \(and 2 more\) on another task queue/,
    ) as string,
  });
  const after = await client.workflow.getHandle(`${FIRST}/alerts`).query(messages.status);
  expect(after.settings).toEqual(before.settings);
  expect(await apply()).toEqual([]);
});
