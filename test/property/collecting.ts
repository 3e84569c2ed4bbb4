import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../../src/pull/plan.js';
import { knownKeySet, keysToKeep } from '../../src/pull/keys.js';
import { newCheckpoint } from '../../src/pull/checkpoint.js';
import type { Checkpoint } from '../../src/pull/checkpoint.js';
import { readWindow } from '../../src/pull/read-window.js';
import type { OverlapMs, TimeWindow } from '../../src/pull/window.js';
import type { History, ModelOptions, ModelRecord } from './model-api.js';
import { keyOf, ModelApi } from './model-api.js';

export const START_MS = 1_000_000;
export const SETTLE_MS = 20;
export const LOOKBACK_MS = 60;
const SLICE_MS = 7;
const MAX_ROWS = 20;

/** The parts of the pull logic; a test replaces one to see what it protects from. */
export interface Parts {
  readonly settleMs: number;
  readonly lookbackMs: number;
  readonly overlapMs: (fractional: boolean) => OverlapMs;
  readonly narrowestOverlapMs: (fractional: boolean) => OverlapMs;
  readonly saturatedAt: (real: number) => number;
  readonly maxRows: number;
  readonly nextWindow: typeof nextWindow;
  readonly keysFor: typeof keysFor;
  readonly keysSinceMs: typeof keysSinceMs;
  readonly afterWindow: typeof afterWindow;
  readonly readWindow: typeof readWindow;
}

export const PARTS: Parts = {
  settleMs: SETTLE_MS,
  lookbackMs: LOOKBACK_MS,
  overlapMs: (fractional) => (fractional ? 1 : 0),
  narrowestOverlapMs: (fractional) => (fractional ? 1 : 0),
  saturatedAt: (real) => real,
  maxRows: MAX_ROWS,
  nextWindow,
  keysFor,
  keysSinceMs,
  afterWindow,
  readWindow,
};

export interface Scenario extends History {
  readonly options: ModelOptions;
  /** Time between the pull cycles. */
  readonly gapsMs: readonly number[];
  /** Windows after which the checkpoint is lost once, so that they are read again. */
  readonly crashes: readonly number[];
  /** Cycles given up after that many windows, by their number. */
  readonly abandoned: Readonly<Record<number, number>>;
}

export interface Collected {
  readonly delivered: readonly string[];
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  /** Records in the windows that a crash made read again. */
  readonly repeated: ReadonlySet<string>;
}

/** Runs the scenario's cycles, then two more when everything has come to rest, and reckons up. */
export async function collect(scenario: Scenario, parts: Parts = PARTS): Promise<Collected> {
  const { options } = scenario;
  const api = new ModelApi(START_MS + 2_000, scenario, options);
  const delivered: string[] = [];
  const repeated = new Set<string>();
  let checkpoint: Checkpoint = newCheckpoint({ startTimeMs: START_MS, configuredStartMs: null });
  let windows = 0;

  const restMs = 2 * (SETTLE_MS + LOOKBACK_MS) + 4_000;
  for (const [cycle, gapMs] of [...scenario.gapsMs, restMs, restMs].entries()) {
    api.atRest = cycle >= scenario.gapsMs.length;
    const mostWindows = api.atRest ? Infinity : (scenario.abandoned[cycle] ?? Infinity);
    api.advance(gapMs);
    const plan = {
      targetMs: api.nowMs - parts.settleMs,
      lookbackMs: parts.lookbackMs,
      overlapMs: parts.overlapMs(options.fractional),
    };
    let readToMs: number | null = null;
    for (let inCycle = 0; inCycle < mostWindows; inCycle++) {
      const window = parts.nextWindow(checkpoint, { ...plan, readToMs });
      if (window === null) break;
      if (++windows > 3_000) throw new Error('stuck: the windows lead nowhere');
      const { read, fresh, records } = await fetch(api, window, checkpoint);
      delivered.push(...fresh.map(keyOf));
      if (scenario.crashes.includes(windows)) {
        for (const record of fresh) repeated.add(keyOf(record));
        continue;
      }
      const newKeys = keysToKeep(
        fresh.map((record) => ({ key: keyOf(record), timeMs: record.timeMs })),
        { sinceMs: parts.keysSinceMs(window, plan), readToMs: read.toMs, sliceMs: SLICE_MS },
      );
      const after = parts.afterWindow(checkpoint, { window: read, newKeys, records }, plan);
      checkpoint = JSON.parse(JSON.stringify(after)) as Checkpoint;
      readToMs = read.toMs;
    }
  }
  const unique = new Set(delivered);
  return {
    delivered,
    lost: api.records.map(keyOf).filter((key) => !unique.has(key)),
    twice: delivered.filter((key, at) => delivered.indexOf(key) !== at),
    repeated,
  };

  async function fetch(from: ModelApi, window: TimeWindow, known: typeof checkpoint) {
    const knownKeys = knownKeySet(parts.keysFor(window, known));
    const rows = new Map<string, ModelRecord>();
    const { window: read } = await parts.readWindow<ModelRecord>(
      window,
      (part, offset) => from.ask(part, offset),
      {
        rows: (page) => {
          const before = rows.size;
          for (const row of page) rows.set(keyOf(row), row);
          return Promise.resolve(rows.size - before);
        },
        restart: () => {
          rows.clear();
          return Promise.resolve();
        },
      },
      {
        maxRows: parts.maxRows,
        concurrency: 3,
        overlapMs: parts.narrowestOverlapMs(options.fractional),
        pageSize: options.pageSize,
        saturatedAt: parts.saturatedAt(options.saturatedAt),
      },
    );
    const fresh = [...rows].filter(([key]) => !knownKeys.has(key)).map(([, row]) => row);
    return { read, fresh, records: rows.size };
  }
}
