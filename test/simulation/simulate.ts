import { aliveWithinMs, notAlive } from './checks/alive-again.js';
import type { Check, Problem } from './checks/check.js';
import { diskRemembers } from './checks/disk-remembers.js';
import { noSecret } from './checks/no-secret.js';
import { nothingLost } from './checks/nothing-lost.js';
import { nothingTwice } from './checks/nothing-twice.js';
import { pauseRests } from './checks/pause-rests.js';
import { reportsAreKept } from './checks/reports-are-kept.js';
import { staysSmall } from './checks/stays-small.js';
import { tasksDoNotFail } from './checks/tasks-do-not-fail.js';
import { watermarkHonest } from './checks/watermark-honest.js';
import { Cluster } from './cluster.js';
import { KNOWN_FROM } from './faults/fault.js';
import { strikeFaults } from './faults/strike.js';
import type { Strikes } from './faults/strike.js';
import { drawFrom } from './install.js';
import { createRandom } from './random.js';
import { strayRejections } from './temporal/sdk-run.js';
import { drawScenario, START_MS } from './scenario.js';
import { clock } from './time/clock.js';
import { trace } from './trace.js';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly problems: readonly Problem[];
  /** The last steps in words. */
  readonly steps: readonly string[];
  /** Of all steps: the same seed has the same. */
  readonly hash: string;
  readonly figures: Figures;
}

export interface Figures {
  readonly records: number;
  readonly events: number;
  readonly requests: number;
  readonly runs: number;
  readonly virtualMs: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** Lives through one world from its beginning until all is at rest again; `only`: kinds of fault. */
export async function simulate(seed: number, only?: readonly string[]): Promise<Outcome> {
  clock.restart(START_MS);
  trace.restart(START_MS);
  const random = createRandom(seed);
  drawFrom(random.fork('process'));
  const scenario = drawScenario(random.fork('scenario'));
  const cluster = new Cluster(scenario, random);
  trace.add(`world: ${JSON.stringify(scenario)}`);
  const problems: Problem[] = [];
  const watch = (make: (report: (text: string) => void) => Check): Check => {
    const check: Check = make((text) => problems.push({ property: check.property, text }));
    cluster.listeners.push(check);
    return check;
  };
  const checks = [
    watch(tasksDoNotFail),
    watch(noSecret),
    watch(staysSmall),
    watch((report) => diskRemembers(cluster.ledger, report)),
    watch((report) => watermarkHonest(cluster, random.fork('looks'), report)),
    watch((report) => pauseRests((id, segment) => cluster.fetches.isAgain(id, segment), report)),
    watch((report) =>
      reportsAreKept(
        (name) => cluster.hosts.some((host) => host.name === name && host.disk.wasFull),
        report,
      ),
    ),
    watch(nothingLost),
    watch(nothingTwice),
  ];
  for (const host of cluster.hosts) host.boot();
  await cluster.apply();
  const { backfill, chaosMs } = scenario;
  if (backfill !== undefined) clock.after(backfill.afterMs, () => cluster.startBackfill());
  const strikes = strikeFaults(cluster, random.fork('faults'), {
    known: seed >= KNOWN_FROM,
    only,
  });
  await cluster.run(chaosMs);
  await calmDown(cluster, strikes);
  const rested = await restAgain(cluster);
  problems.push(...rested.map((text) => ({ property: 'alive again after the last fault', text })));
  if (rested.length === 0) {
    for (const check of checks) {
      const { property } = check;
      for (const text of (await check.atEnd?.(cluster)) ?? []) problems.push({ property, text });
    }
  }
  const property = 'no process ends by itself';
  for (const error of strayRejections.splice(0)) problems.push({ property, text: String(error) });
  return {
    seed,
    problems,
    steps: trace.last(),
    hash: trace.hash,
    figures: {
      records: cluster.tenant.size,
      events: cluster.ledger.events,
      requests: cluster.api.requests,
      runs: cluster.server.runsStarted,
      virtualMs: cluster.virtualMs,
      steps: trace.steps,
      faults: strikes.counts,
    },
  };
}

/** The world becomes as it should be; streams that wait after an error are told so. */
async function calmDown(cluster: Cluster, strikes: Strikes): Promise<void> {
  trace.add('all faults end');
  strikes.endAll();
  cluster.tenant.behaviour.moving = 0;
  for (const host of cluster.hosts) host.boot();
  await cluster.apply();
  for (const id of cluster.server.latest.map(({ workflowId }) => workflowId)) {
    cluster.signal(id, 'resume');
  }
}

/** Looking takes time of the real kind. */
const LOOK_AGAIN_MS = 10_000;

/** Waits until all is up to date; what is not, where it takes too long. */
async function restAgain(cluster: Cluster): Promise<string[]> {
  const { settleMs, lookbackMs } = cluster.draw;
  // A tenant whose clock is behind shows its last records later, and one that is ahead dates them so.
  const apartMs = Math.abs(cluster.tenant.behaviour.skewMs);
  const calmMs = clock.nowMs + settleMs + lookbackMs + apartMs;
  let isNew = true;
  let isDue = true;
  let left: string[] = [];
  cluster.listeners.push({
    onTaskDone: () => {
      if (isNew) return;
      isNew = true;
      isDue = false;
      clock.after(LOOK_AGAIN_MS, () => {
        isDue = true;
      });
    },
  });
  const isAtRest = async () => {
    if (!isNew || !isDue) return false;
    isNew = false;
    left = await notAlive(cluster, calmMs);
    return left.length === 0;
  };
  const isSo = await cluster.runUntil(
    isAtRest,
    settleMs + lookbackMs + apartMs + aliveWithinMs(cluster),
  );
  return isSo ? [] : left;
}
