import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Reckoning, Simulator } from '#simulator';
import type { CollectorConfig } from '../config/model.js';
import { executeApply, planApply } from '../worker/apply.js';
import { createLogger, secretsOf } from '../worker/log.js';
import { openTemporal } from '../worker/temporal/open-temporal.js';
import { removeAtEnd } from '../worker/temporal/mortal-process.js';
import type { TemporalSession } from '../worker/temporal/open-temporal.js';
import { claimStateFolder } from '../worker/state-folder.js';
import { readStatus } from '../worker/status.js';
import { demoFolder, withoutCluster } from './demo-place.js';
import { demoLine, demoView } from './demo-view.js';
import type { DemoProgress } from './demo-view.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import { loadSimulator } from './load-simulator.js';
import { whileCollecting } from './while-collecting.js';

export interface DemoOptions {
  /** undefined: until the interruption. */
  readonly forMs: number | undefined;
  /** Factor on what the tenant produces. */
  readonly speed: number;
  /** undefined: a temporary folder, removed at the end unless `keep` or something did not add up. */
  readonly dir: string | undefined;
  readonly keep: boolean;
  readonly debug: boolean;
}

/** Enough that one sees the history being caught up with, at ten pages of 100 a second for all services. */
const INCIDENTS = 1_000;
/** How often the demo shows itself: a table drawn in place, and lines in a log. */
const SHOW_EVERY_MS = { terminal: 1_000, lines: 5_000 };
/** How often it looks whether all has arrived. */
const SETTLE_EVERY_MS = 500;
/** A healthy demo needs a few seconds: its settle, its period and one delivery. */
const SETTLE_MOST_MS = 60_000;

/**
 * Runs the demo: until `forMs` is over or the interruption comes, then until all that is owed has arrived.
 * Raises `DEMO_MISMATCH` unless everything arrived exactly once, and what starting the parts raises.
 */
export async function runDemo(io: Io, options: DemoOptions): Promise<void> {
  const interruption = io.interruption();
  const { reckoningLine } = await loadSimulator();
  const dir = await demoFolder(options.dir);
  let tidy = options.dir === undefined && !options.keep;
  const keepAtEnd = tidy ? removeAtEnd(dir) : () => undefined;
  try {
    const reckoning = await collectIn(dir, io, options, interruption);
    io.print(reckoningLine(reckoning));
    const { lost, duplicated, strangers, malformed, cut } = reckoning;
    if (lost + duplicated + strangers + malformed + cut > 0) {
      tidy = false;
      throw cliError('DEMO_MISMATCH', `not everything arrived exactly once; see ${dir}`);
    }
    if (!tidy) io.print(`left in ${dir}`);
  } finally {
    if (tidy) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    keepAtEnd();
  }
}

async function collectIn(
  dir: string,
  io: Io,
  options: DemoOptions,
  interruption: AbortSignal,
): Promise<Reckoning> {
  io.print('starting a simulated tenant, a simulated Devo, Temporal and the collector ...');
  const { speed } = options;
  const { scenario, startSimulator } = await loadSimulator();
  const simulator = await startSimulator(
    scenario({ folder: dir, incidents: INCIDENTS, speed, nowMs: io.nowMs() }),
  );
  try {
    const config = await loadForCommand(io, { config: simulator.configFile });
    // The terminal belongs to the table.
    const stream = pino.destination({ dest: join(dir, 'collector.log'), sync: true });
    const log = createLogger({ debug: options.debug, secrets: secretsOf(config, io.env), stream });
    const env = withoutCluster(io.env, dir);
    const state = await claimStateFolder(config.paths.state, { log });
    const session = await openTemporal(config, { env, state, log });
    try {
      await whileCollecting(config, session, log, async () => {
        await executeApply(session, await planApply(config, session));
        await show({ io, config, session, simulator }, options.forMs, interruption);
      });
    } finally {
      await session.close();
    }
    return simulator.reckoning();
  } finally {
    await simulator.stop();
  }
}

interface Parts {
  readonly io: Io;
  readonly config: CollectorConfig;
  readonly session: TemporalSession;
  readonly simulator: Simulator;
}

async function show(
  parts: Parts,
  forMs: number | undefined,
  interruption: AbortSignal,
): Promise<void> {
  const { io, simulator } = parts;
  const area = io.isTerminal ? await io.live() : undefined;
  const everyMs = io.isTerminal ? SHOW_EVERY_MS.terminal : SHOW_EVERY_MS.lines;
  const draw = async (phase: DemoProgress['phase'], endMs?: number) => {
    const progress = await progressOf(parts, phase, endMs);
    const nowMs = io.nowMs();
    if (area === undefined) io.print(demoLine(progress));
    else area.show(demoView(progress, { colors: io.colors, columns: io.columns(), nowMs }));
  };
  try {
    const endMs = io.nowMs() + (forMs ?? Infinity);
    while (!interruption.aborted && io.nowMs() < endMs) {
      await draw('running', endMs);
      const waitMs = Math.max(0, Math.min(everyMs, endMs - io.nowMs()));
      await delay(waitMs, undefined, { signal: interruption }).catch(() => undefined);
    }
    simulator.tenant.produce({});
    const latestMs = io.nowMs() + SETTLE_MOST_MS;
    let nextDrawMs = io.nowMs();
    while (simulator.reckoning().lost > 0 && io.nowMs() < latestMs) {
      if (io.nowMs() >= nextDrawMs) {
        await draw('settling');
        nextDrawMs = io.nowMs() + everyMs;
      }
      await delay(SETTLE_EVERY_MS);
    }
    await draw('ended');
  } finally {
    area?.end();
  }
}

async function progressOf(
  { io, config, session, simulator }: Parts,
  phase: DemoProgress['phase'],
  endMs = Infinity,
): Promise<DemoProgress> {
  return {
    reports: await readStatus(config, session),
    reckoning: simulator.reckoning(),
    uiUrl: session.uiUrl,
    phase,
    leftMs: endMs === Infinity ? undefined : endMs - io.nowMs(),
  };
}
