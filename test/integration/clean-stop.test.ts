import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openPlace, statusAt, until } from './collecting.js';
import { untilPrinted } from './cli-process.js';
import { startUp } from './collector-process.js';
import { faultsOf, NO_FAULTS } from './trial.js';

const INCIDENTS = 400;

/** How long the receiver keeps its confirmation to itself after the stop was asked for. */
const LATE_MS = [0, 2_000];

test.each(LATE_MS)(
  'what is on its way when the stop comes is confirmed %i ms later, and not sent again',
  async (lateMs) => {
    const place = await openPlace({ incidents: INCIDENTS });
    const { simulator } = place;
    await simulator.receiver.setMode({ kind: 'never-close' });
    let collector = startUp(simulator.configFile);
    try {
      await until('the first segment', collector, () => simulator.reckoning().received > 0);
      const stopped = collector.stop();
      await untilPrinted(collector, /Stopping: activities get the time to finish/);
      await delay(lateMs);
      await simulator.receiver.setMode({ kind: 'normal' });
      expect(await stopped).toBe(0);
      expect(simulator.reckoning()).toMatchObject({ duplicated: 0, malformed: 0 });

      collector = startUp(simulator.configFile);
      await untilPrinted(collector, /Collector running/);
      await until('the last segment', collector, async () => {
        const { state, pendingByOutput } = await statusAt(simulator.configFile);
        const pending = Object.values(pendingByOutput).some((segments) => segments > 0);
        return state === 'waiting' && !pending && simulator.reckoning().lost === 0;
      });
      expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
    } catch (error) {
      process.stdout.write(collector.output().slice(-6_000));
      throw error;
    } finally {
      await collector.stop();
      await place.close();
    }
  },
);
