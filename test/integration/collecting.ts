import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { StreamStatus } from '../../src/pull/status.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator.js';
import type { TenantOptions } from '../../simulator/tenant-options.js';
import { readRecord } from '../../src/worker/temporal/server-record.js';
import { status } from '../../src/workflows/messages.js';
import type { CollectorProcess } from './collector-process.js';
import { eventually } from './eventually.js';

const HOUR_MS = 3_600_000;

/** The stream that these tests pull. */
export const INCIDENTS = 'collect/cortex_xdr/simulated/incidents';

/** Nobody listens there, nor gets it by chance: it is no port that the system hands out. */
export const REFUSING_PORT = 1;

/** Few and short tries of the output itself, so that a test soon sees what the stream makes of their failure. */
export const IMPATIENT = {
  connecting_retries: 1,
  connecting_initial_wait: 1,
  connecting_max_wait_in_seconds: 1,
  sending_retries: 1,
  sending_initial_wait: 1,
  sending_max_wait: 1,
};

/** A temporary folder with a simulator in it that has so many incidents and nothing else. */
export interface Place {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Stops the simulator and removes the folder; the collector must have ended. */
  close(): Promise<void>;
}

export interface PlaceOptions extends Partial<Omit<SimulatorOptions, 'folder' | 'tenant'>> {
  readonly incidents: number;
  /** Keys of `globals.temporal`. */
  readonly temporal?: Readonly<Record<string, unknown>>;
  readonly tenant?: TenantOptions;
}

/** Incidents of the last 20 hours but one, at a tenant without a rate limit that is pulled every 5 s. */
export async function openPlace(options: PlaceOptions): Promise<Place> {
  const { incidents, tenant, temporal, globals, ...more } = options;
  const folder = mkdtempSync(join(tmpdir(), 'collecting-'));
  const simulator = await startSimulator({
    services: { incidents: {} },
    output: IMPATIENT,
    everyService: { request_period_in_seconds: 5, settle_in_seconds: 1 },
    ...more,
    globals: { ...globals, temporal: { ui_port: uiPort(), ...temporal } },
    folder,
    tenant: { ...incidentsOfToday(incidents), ...tenant },
  });
  return {
    folder,
    simulator,
    async close() {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where the search for a free port of Temporal UI begins: apart for processes that start at the same moment. */
export function uiPort(): number {
  return 20_000 + (process.pid % 1_000) * 10;
}

export function incidentsOfToday(count: number): TenantOptions {
  const nowMs = Date.now();
  return {
    history: { incidents: { count, fromMs: nowMs - 20 * HOUR_MS, toMs: nowMs - HOUR_MS } },
    behaviour: { requestsPerSecond: 0 },
  };
}

/** Looks again until something is so; a collector that ended by itself, or `withinMs`, ends the wait. */
export async function until(
  what: string,
  collector: CollectorProcess,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 90_000,
): Promise<void> {
  const tail = () => collector.output().slice(-3_000);
  const look = async () => {
    const so = await isSo();
    if (!so && collector.hasEnded()) throw new Error(`the collector ended by itself: ${tail()}`);
    return so;
  };
  await eventually(what, look, Boolean, withinMs).catch((error: unknown) => {
    process.stdout.write(`${tail()}\n`);
    throw error;
  });
}

/** The status of the incidents' stream at the embedded Temporal of that config, or at an address. */
export async function statusAt(configFile: string, address?: string): Promise<StreamStatus> {
  const record = readRecord(join(dirname(configFile), '..', 'state'));
  const connection = await Connection.connect({
    address: address ?? `127.0.0.1:${record?.port ?? 0}`,
  });
  try {
    return await new Client({ connection }).workflow.getHandle(INCIDENTS).query(status);
  } finally {
    await connection.close();
  }
}

/** Paths of the segments that wait on the disk below `state/`. */
export function segmentFiles(stateDir: string): string[] {
  const folder = join(stateDir, 'segments');
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.seg'))
      .map((path) => join(folder, path));
  } catch {
    return [];
  }
}

/** A figure of `/proc/<pid>/status` in MB: `VmRSS` now, `VmHWM` at its highest. */
export function memoryMb(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${figure}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  );
  return Math.round(Number(found?.[1] ?? Number.NaN) / 1024);
}

/** How many lines of the collector's log hold all of these texts. */
export function logLines(collector: CollectorProcess, ...texts: readonly string[]): number {
  return collector
    .output()
    .split('\n')
    .filter((line) => texts.every((text) => line.includes(text))).length;
}
