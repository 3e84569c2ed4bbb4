import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, onTestFailed, test } from 'vitest';
import { NO_FAULTS as NO_API_FAULTS } from '../../simulator/tenant-options.js';
import { readRecord } from '../../src/worker/temporal/server-record.js';
import {
  IMPATIENT,
  INCIDENTS as STREAM,
  logLines,
  openPlace,
  statusAt,
  until,
} from './collecting.js';
import { untilPrinted } from './cli-process.js';
import { connectTo, startUp } from './collector-process.js';
import { isAtWork } from './pending-activities.js';
import { untilShown } from './seen-codes.js';
import { faultsOf, NO_FAULTS } from './trial.js';

const INCIDENTS = 400;

/** How long the receiver keeps its confirmation to itself after the stop was asked for. */
const LATE_MS = 2_000;
/** A request under way takes longer than the time that a stop gives to deliveries. */
const SLOW_MS = 40_000;
/**
 * An idle collector stops in 0.04 s; here there is something to give up, Temporal takes up to 5 s itself, and a busy
 * machine adds a pause. One that waited for the fetch or the receiver would take 19 s and more.
 */
const STOP_MOST_MS = 15_000;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(output: Readonly<Record<string, number>> = IMPATIENT) {
  const place = await openPlace({ incidents: INCIDENTS, output });
  ends.push(() => place.close());
  return place;
}

function start(configFile: string) {
  const collector = startUp(configFile);
  ends.push(() => collector.stop());
  onTestFailed(() => void process.stdout.write(collector.output().slice(-6_000)));
  return collector;
}

test('what is on its way when the stop comes is confirmed a while later, and not sent again', async () => {
  const { simulator } = await open();
  await simulator.receiver.setMode({ kind: 'never-close' });
  const first = start(simulator.configFile);
  await until('the first segment', first, () => simulator.reckoning().received > 0);
  const stopped = first.stop();
  await untilPrinted(first, /Stopping: deliveries get the time to finish/);
  await delay(LATE_MS);
  await simulator.receiver.setMode({ kind: 'normal' });
  expect(await stopped).toBe(0);
  expect(simulator.reckoning()).toMatchObject({ duplicated: 0, malformed: 0, cut: 0 });

  const second = start(simulator.configFile);
  await untilPrinted(second, /Collector running/);
  await until('the last segment', second, async () => {
    const { state, pendingByOutput } = await statusAt(simulator.configFile);
    const pending = Object.values(pendingByOutput).some((segments) => segments > 0);
    return state === 'waiting' && !pending && simulator.reckoning().lost === 0;
  });
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
});

test('a stop gives up what it fetches, and the next start goes on with it', async () => {
  const { folder, simulator } = await open();
  const { tenant } = simulator;
  tenant.setFaults({ ...NO_API_FAULTS, latencyMs: SLOW_MS });
  const first = start(simulator.configFile);
  await until('a request under way', first, () => tenant.stats().requests > 0);
  const startMs = performance.now();
  expect(await first.stop()).toBe(0);
  const stopMs = Math.round(performance.now() - startMs);
  process.stdout.write(`a stop in the middle of a fetch took ${stopMs} ms\n`);
  expect(stopMs).toBeLessThan(STOP_MOST_MS);

  const asked = tenant.stats().requests;
  const second = start(simulator.configFile);
  await until('the next request', second, () => tenant.stats().requests > asked);
  const { client, close } = await connectTo(folder);
  ends.push(close);
  await untilShown('WORKER_STOPPED', client, [second, first]);
  const { state, fetchError } = await statusAt(simulator.configFile);
  expect({ state, fetchError }).toEqual({ state: 'pulling', fetchError: null });
  // The request under way is still as slow as it was; the next worker's is not.
  expect(await second.stop()).toBe(0);
  tenant.setFaults(NO_API_FAULTS);
  const third = start(simulator.configFile);
  await until('everything', third, () => simulator.reckoning().lost === 0);
  expect(await third.stop()).toBe(0);
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
});

test('a stop does not wait for a receiver that is down', async () => {
  // By Devo's defaults an output connects anew for half a minute before it says that it failed.
  const { folder, simulator } = await open({ connecting_retries: 10, connecting_initial_wait: 20 });
  await simulator.receiver.setMode({ kind: 'refuse' });
  const first = start(simulator.configFile);
  const { client, close } = await connectTo(folder);
  ends.push(close);
  const stream = client.workflow.getHandle(STREAM);
  await until('a delivery under way', first, () =>
    isAtWork(stream, 'deliverSegment').catch(() => false),
  );
  const startMs = performance.now();
  expect(await first.stop()).toBe(0);
  const stopMs = Math.round(performance.now() - startMs);
  process.stdout.write(`a stop beside a receiver that is down took ${stopMs} ms\n`);
  expect(stopMs).toBeLessThan(STOP_MOST_MS);
  expect(logLines(first, '"code":"DEVO_CONNECT_REFUSED"')).toBeGreaterThan(0);

  await simulator.receiver.setMode({ kind: 'normal' });
  const second = start(simulator.configFile);
  await until('everything', second, () => simulator.reckoning().lost === 0);
  expect(await second.stop()).toBe(0);
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
});

test('a stop while Temporal stands still is forced, says so, and loses nothing', async () => {
  const { folder, simulator } = await open();
  await simulator.receiver.setMode({ kind: 'never-close' });
  const first = start(simulator.configFile);
  await until('the first segment', first, () => simulator.reckoning().received > 0);
  const temporal = readRecord(join(folder, 'state'));
  if (temporal === undefined) throw new Error('found no record of the embedded Temporal');
  process.kill(temporal.pid, 'SIGSTOP');
  await simulator.receiver.setMode({ kind: 'normal' });
  expect(await first.stop()).toBe(1);
  expect(first.output()).toMatch(/^error WORKER_STOP_FORCED: /m);

  const second = start(simulator.configFile);
  await until('everything', second, () => simulator.reckoning().lost === 0);
  expect(await second.stop()).toBe(0);
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
});
