import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reckoning } from '../../simulator/reckoning.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator.js';
import { until } from './collecting.js';
import { startUp } from './collector-process.js';
import type { CollectorProcess } from './collector-process.js';

/** A built collector at work on a simulated tenant. */
export interface Trial {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly collector: CollectorProcess;
  /** Waits until the reckoning is as wanted; a collector that ended by itself, or `withinMs`, ends the wait. */
  readonly until: (
    wanted: (reckoning: Reckoning) => boolean,
    withinMs?: number,
  ) => Promise<Reckoning>;
}

const HOUR_MS = 3_600_000;
/** Less than a test has, so that it ends with what there is to say. */
const WAIT_MOST_MS = 300_000;

/** Records spread over the hours before the last one. */
export function history(count: number) {
  const nowMs = Date.now();
  return { count, fromMs: nowMs - 20 * HOUR_MS, toMs: nowMs - HOUR_MS };
}

/** Runs the body beside a collector; both ends stop with it, and a failure shows what they had to say. */
export async function withTrial(
  options: Omit<SimulatorOptions, 'folder'>,
  body: (trial: Trial) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trial-'));
  // Without UI: whoever runs several collectors at once does not race for its port.
  const globals = { temporal: { ui_port: 0 }, ...options.globals };
  const simulator = await startSimulator({ folder, ...options, globals });
  const collector = startUp(simulator.configFile);
  try {
    await body({
      folder,
      simulator,
      collector,
      async until(wanted, withinMs = WAIT_MOST_MS) {
        let reckoning = simulator.reckoning();
        const isSo = () => wanted((reckoning = simulator.reckoning()));
        await until('a reckoning', collector, isSo, withinMs);
        return reckoning;
      },
    });
  } catch (error) {
    process.stdout.write(collector.output().slice(-60_000));
    process.stdout.write(`${JSON.stringify(simulator.reckoning())}\n`);
    throw error;
  } finally {
    await collector.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a reckoning finds wrong; nothing of it in an undisturbed run. */
export function faultsOf({ lost, duplicated, strangers, malformed, cut }: Reckoning) {
  return { lost, duplicated, strangers, malformed, cut };
}

export const NO_FAULTS = { lost: 0, duplicated: 0, strangers: 0, malformed: 0, cut: 0 };
