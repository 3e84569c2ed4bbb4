import { expect, test } from 'vitest';
import { listBackfills } from '../../../src/worker/backfills.js';
import type { TemporalSession } from '../../../src/worker/temporal/open-temporal.js';

/** A run as the server lists it. */
function run(runId: string, status: 'RUNNING' | 'COMPLETED', startedMs: number) {
  return {
    workflowId: 'backfill/test/1/alerts/a/b',
    runId,
    taskQueue: 'test',
    status: { name: status },
    startTime: new Date(startedMs),
    ...(status === 'COMPLETED' ? { closeTime: new Date(startedMs + 1) } : {}),
  };
}

/** A server that lists these runs, first those that run. */
function sessionWith(running: ReturnType<typeof run>[], ended: ReturnType<typeof run>[]) {
  const workflow = {
    async *list({ query }: { query: string }) {
      yield* await Promise.resolve(query.includes(`= 'Running'`) ? running : ended);
    },
    getHandle: () => ({
      // As where no worker runs.
      query: () => Promise.reject(new Error('late')),
      result: () => Promise.resolve({ state: 'done', share: 1 }),
    }),
  };
  const withDeadline = async (_: number, ask: () => Promise<unknown>) => await ask();
  return { client: { workflow, withDeadline } } as unknown as TemporalSession;
}

const shown = async (session: TemporalSession) =>
  (await listBackfills(session, { taskQueue: 'test', ended: true })).map(
    ({ running, startedMs }) => ({ running, startedMs }),
  );

test('a backfill that ends between the two questions of a list is in it once, as ended', async () => {
  const session = sessionWith(
    [run('ends', 'RUNNING', 3), run('stays', 'RUNNING', 2)],
    [run('ends', 'COMPLETED', 3), run('ended', 'COMPLETED', 1)],
  );
  expect(await shown(session)).toEqual([
    { running: true, startedMs: 2 },
    { running: false, startedMs: 3 },
    { running: false, startedMs: 1 },
  ]);
});

test('a finished backfill shows what it came to where no worker answers', async () => {
  const session = sessionWith([run('stays', 'RUNNING', 2)], [run('ended', 'COMPLETED', 1)]);
  const [running, ended] = await listBackfills(session, { taskQueue: 'test', ended: true });
  expect(running).toMatchObject({ standing: 'no answer', progress: null });
  expect(ended).toMatchObject({ standing: 'done', progress: { share: 1 } });
});

test('an earlier backfill of the range that runs again stays in the list', async () => {
  const session = sessionWith([run('again', 'RUNNING', 2)], [run('earlier', 'COMPLETED', 1)]);
  expect(await shown(session)).toEqual([
    { running: true, startedMs: 2 },
    { running: false, startedMs: 1 },
  ]);
});
