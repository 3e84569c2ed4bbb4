import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { CollectorProcess } from './collector-process.js';
import { startUp } from './collector-process.js';
import { logLines, memoryMb, openPlace, statusAt, until } from './collecting.js';
import type { Place } from './collecting.js';

/** A segment holds at most this many incidents. */
const SEGMENT = 5_000;
/** Short by default; `OUTAGE_SECONDS` makes it as long as one likes. */
const OUTAGE_MS = Number(process.env.OUTAGE_SECONDS ?? 20) * 1_000;

let place: Place;
let collector: CollectorProcess;
afterEach(async () => {
  await collector.stop();
  await place.close();
});

test(
  'the receiver is down for a while: one segment is fetched ahead, memory is flat, all of it follows in order',
  { timeout: 400_000 + OUTAGE_MS },
  async () => {
    /** Of each incident at its first arrival. */
    const times: number[] = [];
    const seen = new Set<string>();
    place = await openPlace({
      incidents: 6 * SEGMENT,
      onEvent: (_, text) => {
        const id = /"incident_id":"(\d+)"/.exec(text)?.[1] ?? text;
        if (!seen.has(id)) times.push(Number(/"modification_time":(\d+)/.exec(text)?.[1]));
        seen.add(id);
      },
    });
    const { simulator } = place;
    const status = () => statusAt(simulator.configFile);
    collector = startUp(simulator.configFile);
    await until('first events', collector, () => times.length > 0);
    await simulator.receiver.setMode({ kind: 'refuse' });
    await until('the reason in the status', collector, async () => {
      const { state, outputErrors, pendingByOutput } = await status();
      const reason = outputErrors.devo_1?.code === 'DEVO_CONNECT_REFUSED';
      return state === 'blocked' && reason && pendingByOutput.devo_1 === 2;
    });
    const before = { status: await status(), rss: memoryMb(collector.pid, 'VmRSS') };
    const requests = simulator.tenant.stats();
    await sleep(OUTAGE_MS);
    const after = { status: await status(), rss: memoryMb(collector.pid, 'VmRSS') };
    expect(after.status.pendingByOutput.devo_1).toBe(2);
    expect(after.status.totals.segments).toBe(before.status.totals.segments);
    expect(simulator.tenant.stats()).toEqual(requests);
    process.stdout.write(`RSS at the outage's begin ${before.rss} MB, end ${after.rss} MB\n`);
    expect(after.rss - before.rss).toBeLessThan(60);

    const arrivedBefore = times.length;
    await simulator.receiver.setMode({ kind: 'normal' });
    await until('everything', collector, () => simulator.reckoning().lost === 0, 240_000);
    expect(times).toHaveLength(6 * SEGMENT);
    expect(times.filter((time, index) => time < (times[index - 1] ?? 0))).toEqual([]);
    const { lost, duplicated, strangers } = simulator.reckoning();
    expect({ lost, strangers }).toEqual({ lost: 0, strangers: 0 });
    process.stdout.write(`${arrivedBefore} before the outage, ${duplicated} came again\n`);
    expect(duplicated).toBeLessThanOrEqual(SEGMENT);
  },
);

test('connections reset at random while events are under way: nothing is lost', async () => {
  place = await openPlace({ incidents: 2 * SEGMENT });
  const { receiver, reckoning, configFile } = place.simulator;
  await receiver.setMode({ kind: 'random-reset', share: 0.1 });
  collector = startUp(configFile);
  await until('some resets', collector, () => receiver.stats().resets >= 3);
  await receiver.setMode({ kind: 'random-reset', share: 0.004 });
  await until('everything', collector, () => reckoning().lost === 0);
  const { resets, brokenEvents } = receiver.stats();
  const { duplicated, strangers, malformed, cut } = reckoning();
  process.stdout.write(`${resets} connections reset: lost 0, duplicated ${duplicated}\n`);
  expect({ strangers, malformed, cut }).toEqual({ strangers: 0, malformed: 0, cut: 0 });
  expect(duplicated).toBeLessThanOrEqual(brokenEvents);
});

test('a receiver that never closes has everything once, unconfirmed, and gets nothing again', async () => {
  place = await openPlace({ incidents: SEGMENT / 5 });
  const { receiver, reckoning, configFile } = place.simulator;
  await receiver.setMode({ kind: 'never-close' });
  collector = startUp(configFile);
  await until('everything', collector, () => reckoning().lost === 0);
  await until('its delivery', collector, async () => {
    const { pendingByOutput } = await statusAt(configFile);
    return logLines(collector, 'DEVO_UNCONFIRMED') > 0 && pendingByOutput.devo_1 === 0;
  });
  const { totals } = await statusAt(configFile);
  expect(totals.segments).toBeGreaterThan(0);
  await until('two more cycles', collector, async () => {
    return (await statusAt(configFile)).totals.cycles >= totals.cycles + 2;
  });
  expect(reckoning()).toMatchObject({ lost: 0, duplicated: 0, malformed: 0, cut: 0 });
  expect(logLines(collector, 'DEVO_UNCONFIRMED')).toBe(1);
  expect(receiver.stats().connections).toBe(totals.segments);
  expect((await statusAt(configFile)).pendingByOutput).toEqual({ devo_1: 0 });
});
