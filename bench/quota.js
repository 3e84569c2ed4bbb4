// quota: a backfill against a tenant that answers after 300 ms and takes 10 requests in any second.
import { setTimeout as sleep } from 'node:timers/promises';
import { withPlace } from './processes.js';
import { printFigures, rounded, say } from './print.js';
import { historyRange, startTrial } from './trial.js';

const PER_SECOND = 10;
const LATENCY_MS = 300;

/** @param {{ alerts?: number, rounds?: number, execArgv?: readonly string[] }} options */
export async function quota({ alerts = 80_000, rounds = 2, execArgv = [] }) {
  await withPlace(async (place) => {
    const range = historyRange();
    const limits = { perSecond: PER_SECOND, latencyMs: LATENCY_MS };
    const trial = await startTrial(place, { alerts, range, execArgv, ...limits });
    const rows = [];
    for (let round = 1; round <= rounds; round++) {
      const watch = watchRequests(trial.simulator.control);
      const run = await trial.backfill(`quota-${round}`);
      const { requests, refused, first, last } = await watch.stop();
      say(`quota ${round}: ${requests} requests in ${Math.round(run.elapsedMs)} ms`);
      const share = (/** @type {number} */ ms) =>
        rounded((requests * 100_000) / PER_SECOND / ms, 1);
      rows.push({
        round,
        records: run.totals.records,
        requests,
        'whole backfill s': rounded(run.elapsedMs / 1000, 1),
        '% of the quota, first to last request': share(last - first + 1000 / PER_SECOND),
        '% of the quota, start to end': share(run.elapsedMs),
        'answered 429': refused,
        '% 429': rounded((refused * 100) / requests),
      });
    }
    printFigures('quota', rows, { alerts, perSecond: PER_SECOND, latencyMs: LATENCY_MS, rows });
  });
}

/** Looks at the tenant's counts ten times a second. @param {(path: string) => Promise<any>} control */
function watchRequests(control) {
  const stopped = new AbortController();
  const refusedOf = (/** @type {Record<string, number>} */ byEndpoint) =>
    Object.entries(byEndpoint).reduce(
      (sum, [key, count]) => sum + (key.endsWith(' 429') ? count : 0),
      0,
    );
  const watching = (async () => {
    const before = await control('stats');
    const seen = { requests: before.requests, first: 0, last: 0 };
    while (!stopped.signal.aborted) {
      const { requests } = await control('stats');
      if (requests > seen.requests) {
        seen.first ||= performance.now();
        seen.last = performance.now();
        seen.requests = requests;
      }
      await sleep(100);
    }
    const after = await control('stats');
    return {
      ...seen,
      requests: after.requests - before.requests,
      refused: refusedOf(after.byEndpoint) - refusedOf(before.byEndpoint),
    };
  })();
  return {
    async stop() {
      stopped.abort();
      return await watching;
    },
  };
}
