import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CollectorConfig, InputConfig } from '../../src/config/model.js';
import { executeApply, planApply } from '../../src/worker/apply.js';
import type { TemporalSession } from '../../src/worker/temporal/open-temporal.js';
import { signalStream } from '../../src/worker/signal.js';
import { readStatus } from '../../src/worker/status.js';
import { recording } from './recording.js';
import { openBench, statusWhere } from './stream-harness.js';
import type { TestBench } from './stream-harness.js';

let bench: TestBench;
let session: TemporalSession;
beforeAll(async () => {
  bench = await openBench();
  session = {
    client: bench.client,
    namespace: 'default',
    searchAttributes: false,
  } as TemporalSession;
});
afterAll(async () => {
  await bench.close();
});

/** The config of a collector of that name whose one stream pulls when it is asked to. */
function configOf(name: string, taskQueuePrefix: string): CollectorConfig {
  const service = {
    service: 'alerts',
    apiFqdn: 'api-tenant',
    periodMs: 3_600_000,
    settleMs: 0,
    lookbackMs: 300_000,
    startTimeMs: undefined,
    tags: { main: 'a', event: 'b', incidentAlert: 'c', incidentArtifact: 'd' },
  };
  const input = {
    name,
    id: taskQueuePrefix,
    enabled: true,
    credentials: { apiKey: 'k', apiKeyId: '1', authType: 'standard' },
    requestLimits: [],
    services: [service],
  } as unknown as InputConfig;
  return {
    name,
    id: '1',
    temporal: { taskQueuePrefix, hostGoneAfterMs: 60_000 },
    outputs: [{ type: 'console', name: 'devo' }],
    inputs: [input],
  } as unknown as CollectorConfig;
}

async function started(config: CollectorConfig) {
  const steps = await planApply(config, session);
  await executeApply(session, steps);
  const { workflowId } = steps[0] ?? { workflowId: '' };
  const stream = bench.client.workflow.getHandle(workflowId);
  return { stream, steps };
}

describe('a stream that was ended by hand', () => {
  test.each(['terminate', 'cancel'] as const)(
    'by %s: shows as ended, and apply goes on where it stood',
    async (how) => {
      const recorder = recording();
      await bench.withWorker(recorder.activities, async (taskQueue) => {
        recorder.on(taskQueue);
        const config = configOf('first', taskQueue);
        const { stream } = await started(config);
        const before = await statusWhere(
          stream,
          (s) => s.state === 'waiting' && s.pendingByOutput.devo === 0,
        );
        await stream[how]();
        await stream.result().catch(() => undefined);

        const [report] = await readStatus(config, session);
        expect(report).toMatchObject({ status: null, problem: { code: 'STREAM_ENDED' } });
        await expect(
          signalStream(session, stream.workflowId, { signal: 'pullNow' }),
        ).rejects.toMatchObject({ code: 'STREAM_ENDED' });

        const { steps } = await started(config);
        const watermark = new Date(before.watermarkMs).toISOString();
        expect(steps[0]).toMatchObject({
          action: 'start',
          details: [expect.stringContaining(`goes on from its watermark ${watermark}, where`)],
        });
        await signalStream(session, stream.workflowId, { signal: 'pullNow' });
        await statusWhere(
          stream,
          (s) => s.totals.cycles > before.totals.cycles && s.pendingByOutput.devo === 0,
        );
        expect(recorder.fetched.at(-1)?.window.fromMs).toBe(before.watermarkMs + 1 - 300_000);
        await stream.terminate();
      });
    },
  );

  test('terminated, and no worker answers: apply goes on with what its run began with, and warns', async () => {
    const recorder = recording();
    const first = await bench.withWorker(recorder.activities, async (taskQueue) => {
      recorder.on(taskQueue);
      const config = configOf('second', taskQueue);
      const { stream } = await started(config);
      const { watermarkMs } = await statusWhere(stream, (s) => s.state === 'waiting');
      await stream.terminate();
      return { config, watermarkMs, ...(await stream.describe()) };
    });
    const [step] = await planApply(first.config, session);
    expect(step).toMatchObject({ action: 'start', warning: true });
    expect(step?.details[0]).toContain('with which its last run began');
    const beganMs = step?.state?.lanes[0]?.checkpoint.startTimeMs ?? 0;
    expect(beganMs).toBe(first.startTime.getTime() - 24 * 3_600_000);
  });
});

test("another collector's streams are left alone, and stopped with prune", async () => {
  await bench.withWorker(recording(() => 0).activities, async (taskQueue) => {
    const mine = configOf('mine', taskQueue);
    const { stream } = await started(mine);
    const ofMine = async (config: CollectorConfig, prune: boolean) =>
      (await planApply(config, session, { prune })).find(
        ({ workflowId }) => workflowId === stream.workflowId,
      );
    const others = { ...configOf('theirs', taskQueue), inputs: [] };
    await expect.poll(async () => (await ofMine(others, false))?.action).toBe('leave');
    expect((await ofMine(others, false))?.details[0]).toContain('of the collector mine/1');
    expect((await ofMine({ ...mine, inputs: [] }, false))?.action).toBe('stop');
    const steps = await planApply(others, session, { prune: true });
    await executeApply(session, steps);
    await stream.result();
  });
});
