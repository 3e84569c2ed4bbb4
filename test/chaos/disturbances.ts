import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulator/random.js';
import type { Simulator } from '../../simulator/simulator.js';
import { NO_FAULTS } from '../../simulator/tenant-options.js';
import type { Faults } from '../../simulator/tenant-options.js';
import type { ReceiverMode } from '../../simulator/receiver-options.js';
import type { CollectorProcess } from '../integration/collector-process.js';
import { startUp } from '../integration/collector-process.js';
import { eventually } from '../integration/eventually.js';

/** Trouble of the API throughout: one request in seven fails in one way or another. */
export const API_FAULTS: Partial<Faults> = {
  error500: 0.03,
  error502: 0.02,
  reset: 0.03,
  truncated: 0.03,
  errorIn200: 0.02,
  listReply: 0.01,
  latencyMs: 20,
};

/** Slow enough that a delivery takes a good while to be hit in. */
export const CALM_RECEIVER: ReceiverMode = { kind: 'slow', bytesPerSecond: 6_000_000 };

/** Longest outage of the API or the receiver. */
const LONGEST_OUTAGE_MS = 4_000;

/** What a disturbance works on; `collector` is the one now running. */
export interface Scene {
  readonly simulator: Simulator;
  readonly random: Random;
  collector: CollectorProcess;
}

/** One way to disturb a pull; resolves when the cause is over and recovery can begin. */
export type Disturbance = (scene: Scene) => Promise<void>;

export const DISTURBANCES = {
  worker: async (scene) => {
    await scene.collector.killWorker();
    await restart(scene);
  },
  temporal: async ({ collector }) => {
    collector.killTemporal();
    return Promise.resolve();
  },
  'worker and temporal': async (scene) => {
    await scene.collector.kill();
    await restart(scene);
  },
  'api outage': async (scene) => {
    scene.simulator.tenant.setFaults({ ...NO_FAULTS, reset: 1 });
    await outage(scene);
    scene.simulator.tenant.setFaults(API_FAULTS);
  },
  'receiver down': async (scene) => await receiverMode(scene, { kind: 'refuse' }),
  'receiver resets': async (scene) =>
    await receiverMode(scene, { kind: 'random-reset', share: 0.05 }),
} as const satisfies Record<string, Disturbance>;

export type DisturbanceKind = keyof typeof DISTURBANCES;

/** Drawn by these shares: the processes of the collector are hit more often than what is around it. */
const SHARES: readonly (readonly [DisturbanceKind, number])[] = [
  ['worker', 0.35],
  ['temporal', 0.2],
  ['worker and temporal', 0.15],
  ['api outage', 0.1],
  ['receiver down', 0.1],
  ['receiver resets', 0.1],
];

export function drawKind(random: Random): DisturbanceKind {
  let left = random.next();
  for (const [kind, share] of SHARES) {
    if (left < share) return kind;
    left -= share;
  }
  return 'worker';
}

/** Begins when the receiver has read what the system still held of the killed sender's. */
async function restart(scene: Scene): Promise<void> {
  await eventually('the end of all connections', () => scene.simulator.receiver.stats().open === 0);
  scene.collector = startUp(scene.simulator.configFile);
}

async function receiverMode(scene: Scene, mode: ReceiverMode): Promise<void> {
  await scene.simulator.receiver.setMode(mode);
  await outage(scene);
  await scene.simulator.receiver.setMode(CALM_RECEIVER);
}

async function outage({ random }: Scene): Promise<void> {
  await sleep(500 + random.below(LONGEST_OUTAGE_MS - 500));
}
