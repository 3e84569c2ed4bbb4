// freshness: from the moment an alert is visible in the API to its arrival, under live load.
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector, startProgram, withPlace } from './processes.js';
import { percentile, printFigures, rounded, say } from './print.js';

const PERIOD_S = 5;
const SETTLE_S = 2;
/** As far as records come late; what lies in it is read again in each cycle, and the quota holds for that too. */
const LOOKBACK_S = 10;
const PER_SECOND = 50;
/** The first cycles begin while the process does. */
const WARM_UP_MS = 20_000;

/** @param {{ seconds?: number }} options */
export async function freshness({ seconds = 90 }) {
  await withPlace(async (place) => {
    const { folder } = place;
    const load = {
      perSecond: PER_SECOND,
      periodS: PERIOD_S,
      settleS: SETTLE_S,
      lookbackS: LOOKBACK_S,
    };
    const tenant = await startProgram(place, 'live-tenant.js', { folder, ...load });
    await startCollector(place, tenant.first.configFile);
    await sleep(WARM_UP_MS);
    await tenant.ask({});
    say(`freshness: measures for ${seconds} s`);
    await sleep(seconds * 1000);
    const { agesMs } = await tenant.ask({});
    const at = (/** @type {number} */ share) => rounded(percentile(agesMs, share) / 1000);
    const row = {
      alerts: agesMs.length,
      'p50 s': at(0.5),
      'p99 s': at(0.99),
      'most s': at(1),
      'period + settle + 2 s': PERIOD_S + SETTLE_S + 2,
    };
    printFigures('freshness', [row], { ...load, seconds, ...row });
  });
}
