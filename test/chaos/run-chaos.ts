import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../simulator/random.js';
import type { Reckoning } from '../../simulator/reckoning.js';
import { startSimulator } from '../../simulator/simulator.js';
import { untilPrinted } from '../integration/cli-process.js';
import { connectTo, startUp } from '../integration/collector-process.js';
import { uiPort } from '../integration/collecting.js';
import { API_FAULTS, CALM_RECEIVER, DISTURBANCES, drawKind } from './disturbances.js';
import type { DisturbanceKind, Scene } from './disturbances.js';

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 50;
/** A kill comes at a random moment within this time after progress was seen. */
const MOMENT_MS = 1_500;
/** Without a new event for this long the run has failed: longer than any wait of the collector's own. */
const STANDSTILL_MS = 240_000;
/** A connection that ended in order is confirmed to a worker that lives on for so long, busy machine included. */
const CONFIRMED_AFTER_MS = 5_000;

/** Deliveries at a time: of the live stream and of the backfill. */
const DELIVERIES = 2;

export interface ChaosOptions {
  readonly kills: number;
  /** Alerts of the tenant; each has 1 to 3 events, which are frames of their own. */
  readonly records: number;
  readonly seed: number;
  /** Kinds to draw from, without replacement; default: all, by their shares. */
  readonly kinds?: readonly DisturbanceKind[];
  readonly print: (line: string) => void;
}

/** One disturbance and what came of it. */
export interface Kill {
  readonly kind: DisturbanceKind;
  /** Different events that had arrived before. */
  readonly before: number;
  /** Segments on their way to the receiver at that moment. */
  readonly inFlight: number;
  /** Events that no connection had settled a while before; 0 where the collector lived on. */
  readonly exposed: number;
  /** From the end of the disturbance until the collector connects to deliver again, or everything is there. */
  readonly recoveryMs: number;
}

export interface ChaosResult {
  readonly kills: readonly Kill[];
  readonly reckoning: Reckoning;
  /** Connections that the receiver reset, each with a segment on its way. */
  readonly resets: number;
  /** Half events that kills explain: one for each delivery under way at each. */
  readonly mostCut: number;
  /** Events on connections that the receiver broke or that a kill came upon: what may rightly be sent again. */
  readonly mostDuplicates: number;
}

/**
 * Pulls a tenant's alerts with the built collector, the older half by a backfill, while it, its Temporal server, the API and the receiver are
 * disturbed at moments drawn from the seed, spread over the pull. Raises an error with the collector's last
 * lines where nothing new arrives for 4 minutes or the collector ends by itself.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const random = createRandom(options.seed);
  const nowMs = Date.now();
  const middleMs = nowMs - 10 * HOUR_MS;
  const simulator = await startSimulator({
    folder,
    tenant: {
      seed: options.seed,
      history: {
        alerts: { count: options.records, fromMs: nowMs - 20 * HOUR_MS, toMs: nowMs - HOUR_MS },
      },
      behaviour: { requestsPerSecond: 0 },
      faults: API_FAULTS,
    },
    services: { alerts: {} },
    everyService: {
      request_period_in_seconds: 5,
      settle_in_seconds: 1,
      start_time: new Date(middleMs).toISOString(),
    },
    globals: { temporal: { ui_port: uiPort() } },
  });
  await simulator.receiver.setMode(CALM_RECEIVER);
  const expected = simulator.reckoning().lost;
  const scene: Scene = { simulator, random, collector: startUp(simulator.configFile) };

  const arrived = (): number =>
    simulator.receiver.arrivals('alerts').unique +
    simulator.receiver.arrivals('alert_events').unique;

  /** Events on connections that are over, by when that was so. */
  const settled: { readonly atMs: number; readonly events: number }[] = [];
  function settledLongAgo(): number {
    const atMs = performance.now() - CONFIRMED_AFTER_MS;
    return settled.findLast((sample) => sample.atMs <= atMs)?.events ?? 0;
  }

  /** Waits until something is so, or everything has arrived. */
  async function until(isSo: () => boolean): Promise<void> {
    let last = arrived();
    let changedMs = performance.now();
    while (last < expected && !isSo()) {
      await sleep(LOOK_EVERY_MS);
      if (scene.collector.hasEnded()) throw new Error('the collector ended by itself');
      const { endedEvents, brokenEvents } = simulator.receiver.stats();
      settled.push({ atMs: performance.now(), events: endedEvents + brokenEvents });
      const now = arrived();
      if (now !== last) changedMs = performance.now();
      last = now;
      if (performance.now() - changedMs > STANDSTILL_MS) {
        throw new Error(
          `nothing new for ${STANDSTILL_MS / 1000} s, ${last} of ${expected} arrived`,
        );
      }
    }
  }

  let left: DisturbanceKind[] = [];
  /** Each of the given kinds comes before one comes again. */
  function nextKind(): DisturbanceKind {
    if (options.kinds === undefined) return drawKind(random);
    if (left.length === 0) left = [...options.kinds];
    return left.splice(random.below(left.length), 1)[0] ?? drawKind(random);
  }

  const kills: Kill[] = [];
  try {
    await until(() => arrived() > 0);
    await startBackfill(folder, nowMs - 21 * HOUR_MS, middleMs);
    for (let number = 1; number <= options.kills; number += 1) {
      // Spread evenly over what is left, so that the last ones do not come after the end.
      const wanted = (expected * (number - 0.5)) / (options.kills + 1);
      await until(() => arrived() >= wanted);
      await sleep(random.below(MOMENT_MS));
      const kind = nextKind();
      const before = arrived();
      const inFlight = simulator.receiver.stats().open;
      const safe = settledLongAgo();
      await DISTURBANCES[kind](scene);
      const exposed = kind.startsWith('worker') ? simulator.receiver.stats().events - safe : 0;
      const overMs = performance.now();
      const { connections } = simulator.receiver.stats();
      await until(() => simulator.receiver.stats().connections > connections);
      const kill = { kind, before, inFlight, exposed, recoveryMs: performance.now() - overMs };
      kills.push(kill);
      options.print(lineOf(number, kill));
    }
    await until(() => false);
    // One that has just been started does not know of signals yet.
    await untilPrinted(scene.collector, /Collector running/);
    const code = await scene.collector.stop();
    if (code !== 0) throw new Error(`the collector ended with exit code ${code}`);
    const { resets, brokenEvents } = simulator.receiver.stats();
    const workerKills = kills.filter(({ kind }) => kind.startsWith('worker')).length;
    return {
      kills,
      reckoning: simulator.reckoning(),
      resets,
      mostCut: DELIVERIES * workerKills,
      mostDuplicates: kills.reduce((sum, { exposed }) => sum + exposed, brokenEvents),
    };
  } catch (error) {
    options.print(scene.collector.output().slice(-4_000));
    throw error;
  } finally {
    await scene.collector.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(number: number, { kind, before, inFlight, recoveryMs }: Kill): string {
  const seconds = (recoveryMs / 1000).toFixed(1);
  return `${String(number).padStart(3)}  ${kind.padEnd(20)} after ${String(before).padStart(7)} events, ${inFlight} in flight, going on after ${seconds.padStart(6)} s`;
}

/** Starts a backfill of what lies before the live stream's beginning. */
async function startBackfill(folder: string, fromMs: number, toMs: number): Promise<void> {
  const { client, close } = await connectTo(folder);
  await client.workflow.start('backfill', {
    workflowId: 'backfill/chaos',
    taskQueue: 'cortex-devo',
    args: [{ service: 'alerts', from: fromMs, to: toMs }],
  });
  await close();
}
