import type { Workflow } from '@temporalio/common';
import { install } from '../install.js';
import { createRandom } from '../random.js';
import { fromPayloadList } from '../temporal/payloads.js';
import { Server } from '../temporal/server.js';
import { WorkerProcess } from '../temporal/worker-process.js';
import { clock, settle } from '../time/clock.js';
import { activities } from './activities.js';
import { SCRIPTS } from './scripts.js';
import type { Script, Seen } from './scripts.js';
import * as workflows from './workflows.js';

/** A script on the stand-in for Temporal, in no time. */
async function play({ workflow, steps }: Script): Promise<Seen> {
  clock.restart(Date.UTC(2026, 0, 31));
  const answers: string[] = [];
  const workers: WorkerProcess[] = [];
  const server = new Server({
    random: createRandom(1),
    workflows: workflows as unknown as Record<string, Workflow>,
    workers: () => workers,
    limits: { suggestedAtEvents: 4_096, mostEvents: 51_200, suggestedAtBytes: 4 * 1024 * 1024 },
    keepHistory: true,
  });
  workers.push(
    new WorkerProcess({
      name: 'worker',
      queues: ['conformance'],
      activities: activities as never,
      slots: () => 10,
      latencyMs: () => 1,
      losesReport: () => false,
      onBegun: () => undefined,
      onRoom: () => server.wake(),
    }),
  );
  server.start({ workflowId: workflow, type: workflow, taskQueue: 'conformance', args: [] });
  for (const { atMs, act, name = '', args = [] } of steps) {
    clock.after(atMs, () => {
      const run = server.find(workflow);
      if (act === 'signal') run?.signal(name, args);
      if (act === 'cancel') run?.cancel();
      if (act === 'terminate') run?.terminate('by the script');
      if (act !== 'update') return;
      server.update(workflow, name, args).then(
        (answer) => answers.push(JSON.stringify(answer)),
        () => answers.push('refused'),
      );
    });
  }
  for (;;) {
    await settle();
    const run = server.find(workflow);
    if (run?.closed !== undefined || !(await clock.step())) break;
  }
  await settle();
  const runs = server.runsOf(workflow);
  const closed = runs.at(-1)?.closed;
  const payload = closed?.status === 'COMPLETED' ? closed.result : undefined;
  return {
    workflow,
    events: runs.flatMap(({ history }) => history.kinds),
    answers,
    status: closed?.status ?? 'RUNNING',
    result: payload === undefined ? null : fromPayloadList([payload])[0],
  };
}

install();
const seen: Seen[] = [];
for (const script of SCRIPTS) seen.push(await play(script));
process.send?.(seen);
