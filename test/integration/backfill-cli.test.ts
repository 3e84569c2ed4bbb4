import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { StatusJson } from '../../src/cli/status-json.js';
import type { BackfillJson } from '../../src/cli/backfill-json.js';
import type { BackfillProgress } from '../../src/pull/backfill.js';
import type { Simulator } from '../../simulator/simulator.js';
import * as messages from '../../src/workflows/messages.js';
import { measureBeside } from './beside.js';
import { runCli, startCli, untilAnswered, untilPrinted } from './cli-process.js';
import { connectTo } from './collector-process.js';
import { eventually } from './eventually.js';
import { untilIdle } from './pending-activities.js';
import { faultsOf, NO_FAULTS, withTrial } from './trial.js';

/**
 * A short form by default; scripts/backfill.sh sets the long one. A segment holds some 1,500 alerts with their events,
 * so that a pause right after the start leaves most of them, and on a slow machine some.
 */
const SHORT = process.env.BACKFILL_ALERTS === undefined;
const ALERTS = Number(process.env.BACKFILL_ALERTS ?? 15_000);
const TIMEOUT_MS = 120_000 + ALERTS * 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In the short form longer than what a busy machine may hold up a pull. */
const PERIOD_MS = SHORT ? 15_000 : 5_000;
const SETTLE_MS = 1_000;
const LANES = 2;

/** 30 days of alerts that end before the live stream begins, and a range that holds them all. */
function past() {
  const toMs = Date.now() - 25 * HOUR_MS;
  const fromMs = toMs - 30 * DAY_MS;
  return {
    history: { count: ALERTS, fromMs, toMs },
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs + 1).toISOString(),
  };
}

const SERVICES = {
  services: { alerts: {} },
  everyService: {
    request_period_in_seconds: PERIOD_MS / 1_000,
    settle_in_seconds: SETTLE_MS / 1_000,
  },
};

async function onlyBackfill(client: Client): Promise<string> {
  const query = `WorkflowType = 'backfill' AND ExecutionStatus = 'Running'`;
  return await eventually('a backfill', async () => {
    for await (const { workflowId } of client.workflow.list({ query })) return workflowId;
    return '';
  });
}

async function progressWhere(
  client: Client,
  workflowId: string,
  wanted: (progress: BackfillProgress) => boolean,
): Promise<BackfillProgress> {
  const found = await eventually(
    'a progress',
    async () => await client.workflow.getHandle(workflowId).query(messages.progress),
    (progress) => progress !== null && wanted(progress),
  );
  if (found === null) throw new Error('expected a progress');
  return found;
}

/** Alerts of the past that arrived at the receiver. */
function arrivedOf(simulator: Simulator): number {
  const book = simulator.reckoning().byTag.find((line) => line.book === 'alerts');
  return (book?.produced ?? 0) - (book?.lost ?? 0);
}

test(
  `a backfill of 30 days and ${ALERTS} alerts next to live pulls: pause, progress, list, exactly once`,
  { timeout: TIMEOUT_MS },
  async () => {
    const { history, from, to } = past();
    await withTrial(
      {
        tenant: { history: { alerts: history }, production: { alerts: 2 } },
        ...SERVICES,
        // So slowly that there is a good deal left when the pause comes.
        input: SHORT ? { requests_per_second: 4 } : {},
      },
      async ({ folder, simulator, until }) => {
        const config = ['--config', simulator.configFile];
        const { client, close } = await connectTo(folder);
        const stream = client.workflow.getHandle('collect/cortex_xdr/simulated/alerts');
        await until(({ received }) => received > 0);
        const before = await stream.query(messages.status);

        const range = ['alerts', '--from', from, '--to', to];
        const watched = startCli(['backfill', 'start', ...range, '--watch', ...config]);
        const id = await onlyBackfill(client);
        const handle = client.workflow.getHandle(id);
        // Between two pulls lag grows by a period, whatever happens; what a backfill could add shows after each.
        const most = { lagMs: 0, lagAfterPullMs: 0, cycles: 0 };
        let { watermarkMs: watermark } = before;
        const measuring = measureBeside(async () => {
          const { watermarkMs, totals } = await stream.query(messages.status);
          const lagMs = Date.now() - watermarkMs;
          most.lagMs = Math.max(most.lagMs, lagMs);
          most.cycles = totals.cycles;
          if (watermarkMs !== watermark) {
            most.lagAfterPullMs = Math.max(most.lagAfterPullMs, lagMs);
            watermark = watermarkMs;
          }
        });

        expect(await runCli(['backfill', 'start', ...range, ...config])).toMatchObject({
          exitCode: 0,
          stdout: `= runs already ${id}\n`,
        });
        await progressWhere(client, id, ({ state }) => state === 'running');
        expect((await runCli(['backfill', 'pause', 'alerts', ...config])).exitCode).toBe(0);
        const pausing = await progressWhere(client, id, ({ state }) => state === 'paused');
        await untilIdle(handle);
        const paused = await progressWhere(client, id, ({ pendingByOutput }) =>
          Object.values(pendingByOutput).every((segments) => segments === 0),
        );
        expect(paused.totals.segments - pausing.totals.segments).toBeLessThanOrEqual(LANES);
        expect(paused.share).toBeLessThan(1);

        // Two live pulls later nothing more was fetched, and what it says is delivered has arrived.
        const { totals } = await stream.query(messages.status);
        await until(() => most.cycles >= totals.cycles + 2);
        const resting = await handle.query(messages.progress);
        expect(resting?.totals).toEqual(paused.totals);
        const { totals: livePulled } = await stream.query(messages.status);
        // What the live pulls looked back at counts as a record again each time.
        const arrived = arrivedOf(simulator) - (livePulled.records - livePulled.duplicates);
        expect(Math.abs(arrived / ALERTS - paused.share)).toBeLessThanOrEqual(0.02);
        const listed = (await untilAnswered(['status', ...config])) as StatusJson;
        expect(listed.backfills).toMatchObject([{ workflowId: id, state: 'paused' }]);

        expect((await runCli(['backfill', 'resume', id, ...config])).exitCode).toBe(0);
        const { exitCode, stdout } = await watched.result();
        expect(exitCode).toBe(0);
        expect(stdout.trim().split('\n').at(-1)).toMatch(/ done done=100\.0% /);
        await measuring.end();

        simulator.tenant.produce({});
        const reckoning = await until(({ lost }) => lost === 0);
        expect(faultsOf(reckoning)).toEqual(NO_FAULTS);
        expect(most.lagAfterPullMs).toBeLessThanOrEqual(PERIOD_MS + SETTLE_MS);
        expect(most.lagMs).toBeLessThanOrEqual(2 * (PERIOD_MS + SETTLE_MS));

        // The live checkpoint moved on with time and knows nothing of the past that was sent.
        const after = await stream.query(messages.status);
        expect(after.startTimeMs).toBe(before.startTimeMs);
        expect(after.watermarkMs).toBeGreaterThan(before.watermarkMs);
        const book = reckoning.byTag.find((line) => line.book === 'alerts');
        expect(after.totals.records).toBe((book?.produced ?? 0) - ALERTS + after.totals.duplicates);
        process.stdout.write(
          `${ALERTS} alerts: paused at ${(paused.share * 100).toFixed(1)} % with ${((100 * arrived) / ALERTS).toFixed(1)} % arrived, most lag of the live stream ${most.lagMs} ms, ${most.lagAfterPullMs} ms after a pull, period and settle ${PERIOD_MS + SETTLE_MS} ms\n`,
        );

        // Once it has ended it may be asked for again; cancelled, it delivers what it has and ends.
        simulator.tenant.setFaults({ latencyMs: 500 });
        const again = startCli(['backfill', 'start', ...range, '--watch', ...config]);
        await untilPrinted(again, /started /);
        expect(await onlyBackfill(client)).toBe(id);
        await progressWhere(client, id, ({ totals: { segments } }) => segments > 0);
        expect((await runCli(['backfill', 'cancel', 'alerts', ...config])).exitCode).toBe(0);
        const cancelled = await again.result();
        expect(cancelled.exitCode).toBe(1);
        expect(cancelled.stderr).toMatch(/^error BACKFILL_CANCELLED: /m);
        const list = await runCli(['backfill', 'list', '--json', ...config]);
        const { backfills } = JSON.parse(list.stdout) as { backfills: BackfillJson[] };
        expect(backfills.map(({ state }) => state)).toEqual(['cancelled', 'done']);
        const ended = await handle.query(messages.progress);
        expect(ended?.pendingByOutput).toEqual({ devo_1: 0 });
        const late = await runCli(['backfill', 'pause', 'alerts', ...config]);
        expect(late).toMatchObject({ exitCode: 1 });
        expect(late.stderr).toMatch(/^error BACKFILL_NOT_RUNNING: /);
        await close();
      },
    );
  },
);
