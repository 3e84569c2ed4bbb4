import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CollectorConfig, InputConfig } from '../../../src/config/model.js';
import { createExtraDataWorkers, LINGER_MS } from '../../../src/worker/extra-data-workers.js';
import { createWorkerSet } from '../../../src/worker/worker-set.js';
import { configWith, GOOD_INPUT, GOOD_SERVICE, load } from '../config/config-folder.js';
import { fakeWorker } from './fake-worker.js';
import type { FakeWorker } from './fake-worker.js';

const QUEUE = 'cortex-devo/xdr/a1/incident-extra-data';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function configOf(incidentAlerts: boolean, input: Partial<InputConfig> = {}): CollectorConfig {
  const incidents = { ...GOOD_SERVICE, include_incident_alerts: incidentAlerts };
  const { config } = load(configWith({ input: { ...GOOD_INPUT, services: { incidents } } }));
  return { ...config, inputs: config.inputs.map((each) => ({ ...each, ...input })) };
}

/** Workers by queue and rate, in the order they were made. */
async function started(first: CollectorConfig) {
  const made: { readonly name: string; readonly fake: FakeWorker }[] = [];
  let config = first;
  const workers = createWorkerSet(pino({ enabled: false }));
  const main = fakeWorker();
  workers.add('common', 'common', main.worker);
  const extraData = createExtraDataWorkers({
    config: () => config,
    workers,
    create: ({ queue, extraDataPerMinute }) => {
      const fake = fakeWorker();
      made.push({ name: `${queue} ${extraDataPerMinute}`, fake });
      return Promise.resolve(fake.worker);
    },
  });
  await extraData.addMissing();
  return {
    made,
    main,
    workers,
    reconfigure: async (newer: CollectorConfig) => {
      config = newer;
      await extraData.addMissing();
      extraData.retireLater();
    },
  };
}

it('serves the queue of a stream that left the config until what it asked for is answered, then lets it end', async () => {
  const { made, main, workers, reconfigure } = await started(configOf(true));
  expect(workers.names()).toEqual(['common', `${QUEUE} 9`]);
  await reconfigure(configOf(false));
  vi.advanceTimersByTime(LINGER_MS - 1);
  expect(made[0]?.fake.isStopping()).toBe(false);
  expect(workers.names()).toContain(`${QUEUE} 9`);

  vi.advanceTimersByTime(1);
  expect(made[0]?.fake.isStopping()).toBe(true);
  expect(workers.names()).toEqual(['common']);
  made[0]?.fake.finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(main.isStopping()).toBe(false);
});

it('does not end the process before a retired worker is through with what it has in hand', async () => {
  const { made, main, workers, reconfigure } = await started(configOf(true));
  await reconfigure(configOf(false));
  vi.advanceTimersByTime(LINGER_MS);
  let over = false;
  void workers.done.then(() => (over = true));
  workers.shutdown();
  main.finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(over).toBe(false);
  made[0]?.fake.finish();
  await workers.done;
});

it('leaves each change its own time', async () => {
  const { made, reconfigure } = await started(configOf(true));
  await reconfigure(configOf(true, { environment: 'one' }));
  vi.advanceTimersByTime(LINGER_MS - 1);
  await reconfigure(configOf(false));
  vi.advanceTimersByTime(LINGER_MS - 1);
  expect(made[0]?.fake.isStopping()).toBe(false);
});

it('keeps the worker of a stream that came back meanwhile, and makes no second one', async () => {
  const { made, reconfigure } = await started(configOf(true));
  await reconfigure(configOf(false));
  vi.advanceTimersByTime(LINGER_MS - 1);
  await reconfigure(configOf(true));
  vi.advanceTimersByTime(2 * LINGER_MS);
  expect(made).toHaveLength(1);
  expect(made[0]?.fake.isStopping()).toBe(false);
});

it('replaces the worker at once where the rate changed', async () => {
  const { made, workers, reconfigure } = await started(configOf(true));
  await reconfigure(configOf(true, { extraDataPerMinute: 30 }));
  expect(made.map(({ name }) => name)).toEqual([`${QUEUE} 9`, `${QUEUE} 30`]);
  expect(made.map(({ fake }) => fake.isStopping())).toEqual([true, false]);
  expect(workers.names()).toEqual(['common', `${QUEUE} 30`]);
});
