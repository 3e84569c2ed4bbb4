import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activities } from '../simulation/conformance/activities.js';
import { SCRIPTS } from '../simulation/conformance/scripts.js';
import type { Script, Seen } from '../simulation/conformance/scripts.js';

const QUEUE = 'conformance';
let env: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
let standIn: readonly Seen[];

beforeAll(async () => {
  const path = process.env.TEMPORAL_CLI ?? '';
  env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path } },
  });
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowsPath: fileURLToPath(import.meta.resolve('../simulation/conformance/workflows.ts')),
    activities,
  });
  running = worker.run();
  standIn = await playOnStandIn();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await env.teardown();
});

test.for(SCRIPTS)('$workflow goes as on a real server', async (script) => {
  const real = await playOnServer(script);
  const seen = standIn.find(({ workflow }) => workflow === script.workflow);
  expect(seen).toEqual(real);
});

async function playOnStandIn(): Promise<readonly Seen[]> {
  const script = fileURLToPath(import.meta.resolve('../../scripts/simulation/bundle.js'));
  const { bundleSimulation } = (await import(script)) as {
    bundleSimulation: (options: { entry: string }) => Promise<string>;
  };
  const bundle = await bundleSimulation({ entry: 'test/simulation/conformance/stand-in.ts' });
  const worker = fileURLToPath(import.meta.resolve('../../scripts/simulation/worker.js'));
  const child = fork(worker, [bundle], { execArgv: [] });
  const [seen] = (await once(child, 'message')) as [readonly Seen[]];
  child.kill();
  return seen;
}

async function playOnServer({ workflow, steps }: Script): Promise<Seen> {
  const { client } = env;
  const startedMs = performance.now();
  const handle = await client.workflow.start(workflow, {
    workflowId: workflow,
    taskQueue: QUEUE,
    workflowTaskTimeout: '10 seconds',
  });
  const answers: string[] = [];
  for (const { atMs, act, name = '', args = [] } of steps) {
    await new Promise((resolve) => setTimeout(resolve, atMs - (performance.now() - startedMs)));
    if (act === 'signal') await handle.signal(name, ...args);
    if (act === 'cancel') await handle.cancel();
    if (act === 'terminate') await handle.terminate('by the script');
    if (act !== 'update') continue;
    await handle.executeUpdate(name, { args: args as [unknown] }).then(
      (answer) => answers.push(JSON.stringify(answer)),
      () => answers.push('refused'),
    );
  }
  const result: unknown = await handle.result().catch(() => null);
  const { status } = await handle.describe();
  // A task that failed is tried for ever, and how often by then is a matter of luck.
  const events = await eventsOf(workflow);
  const failedAt = events.indexOf('WorkflowTaskFailed');
  if (failedAt !== -1) events.splice(failedAt + 1, events.length - failedAt - 2);
  return { workflow, events, answers, status: status.name, result };
}

/** Names of the events of all runs, the first run's first. */
async function eventsOf(workflowId: string): Promise<string[]> {
  const runs: { runId: string; atMs: number }[] = [];
  for await (const run of env.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs.push({ runId: run.runId, atMs: run.startTime.getTime() });
  }
  runs.sort((a, b) => a.atMs - b.atMs);
  const histories = await Promise.all(
    runs.map(({ runId }) => env.client.workflow.getHandle(workflowId, runId).fetchHistory()),
  );
  return histories.flatMap(({ events }) =>
    (events ?? []).map(({ eventType }) => nameOf(eventType)),
  );
}

/** `EVENT_TYPE_TIMER_STARTED` is `TimerStarted`. */
function nameOf(type: number | null | undefined): string {
  return (temporal.api.enums.v1.EventType[type ?? 0] ?? '')
    .replace('EVENT_TYPE_', '')
    .toLowerCase()
    .replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
