import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysToKeep, knownKeySet, withoutKeys } from '../../src/pull/keys.js';
import { nextStep, planOf } from '../../src/pull/lane.js';
import * as changes from '../../src/pull/lane-changes.js';
import { keysFor, keysSinceMs } from '../../src/pull/plan.js';
import type { SegmentReceipt } from '../../src/pull/receipts.js';
import { owedOf } from '../../src/pull/report.js';
import type { TimeWindow } from '../../src/pull/window.js';
import { confirm, lose, newStream, takeSettings, watermarkMs } from '../../src/pull/work.js';
import type { Lane, PendingSegment, Work } from '../../src/pull/work.js';

const START_MS = 1_700_000_000_000;
const SETTINGS = {
  periodMs: 60_000,
  settleMs: 5_000,
  lookbackMs: 30_000,
  startTimeMs: START_MS,
  outputs: ['a', 'b'],
  taskQueuePrefix: 'test',
  hostGoneAfterMs: 60_000,
  searchAttributes: false,
};
const LIVE = { input: 'test', inputId: '1', stream: 'alerts' } as const;
const WRONG = { message: 'no', curable: true };

interface Model {
  readonly timeMs: number;
  readonly visibleMs: number;
  readonly key: string;
}

/** A stream by its pure parts, with an API that refuses what it is told to and hosts that lose segments. */
class Bench {
  nowMs = START_MS + 60_000;
  readonly work: Work = newStream(LIVE, SETTINGS, START_MS);
  readonly records: Model[];
  /** Windows that meet one of these times fail. */
  poisoned: readonly number[] = [];
  down = false;
  readonly got = new Map<string, string[]>(SETTINGS.outputs.map((output) => [output, []]));
  readonly #contents = new Map<string, readonly string[]>();
  readonly tries: TimeWindow[] = [];
  #segments = 0;

  constructor(records: readonly (readonly [timeMs: number, lateMs: number])[]) {
    this.records = records.map(([atMs, lateMs], at) => ({
      timeMs: START_MS + atMs,
      visibleMs: START_MS + atMs + lateMs,
      key: String(at).padStart(10, '0'),
    }));
  }

  get lane(): Lane {
    const [lane] = this.work.lanes;
    if (lane === undefined) throw new Error('found no lane');
    return lane;
  }

  /** Takes steps until the lane waits for time to pass. */
  run(): void {
    for (let steps = 0; ; steps++) {
      if (steps > 2_000) throw new Error('stuck: its steps lead nowhere');
      const step = nextStep(this.work, this.lane, this.nowMs);
      this.nowMs += 10;
      if (step.kind === 'wait') return;
      if (step.kind === 'begin pull') changes.beginPull(this.work, this.lane, this.nowMs);
      if (step.kind === 'end pull') changes.endPull(this.work, this.lane, this.nowMs);
      if (step.kind === 'window') {
        const { window, pull } = step;
        const read = this.#fetch(window, pull.targetMs, []);
        if (typeof read === 'string') {
          const failure = { ...WRONG, code: read };
          changes.takeFailure(this.work, this.lane, pull, window, failure, this.nowMs);
        } else changes.takeWindow(this.work, this.lane, pull, read, this.nowMs);
      }
      if (step.kind === 'owed') {
        const { owed } = step;
        const targetMs = changes.owedTargetMs(this.lane);
        const read = this.#fetch(owed.window, targetMs, owed.newKeys);
        if (typeof read === 'string') {
          const failure = { ...WRONG, code: read };
          changes.takeOwedFailure(this.work, this.lane, owed, failure, this.nowMs);
        } else changes.takeOwed(this.work, this.lane, owed, read, this.nowMs);
      }
      this.checkWatermark();
    }
  }

  #fetch(window: TimeWindow, targetMs: number, but: PendingSegment['newKeys']) {
    this.tries.push(window);
    if (this.down) return 'CORTEX_SERVER_ERROR';
    if (this.poisoned.some((atMs) => atMs >= window.fromMs && atMs <= window.toMs)) {
      return 'CORTEX_SERVER_ERROR';
    }
    const known = knownKeySet(withoutKeys(keysFor(window, this.lane.checkpoint), but));
    const rows = this.records.filter(
      ({ timeMs, visibleMs }) =>
        timeMs >= window.fromMs && timeMs <= window.toMs && visibleMs <= this.nowMs,
    );
    const fresh = rows.filter(({ key }) => !known.has(key));
    const name = `s${this.#segments++}`;
    this.#contents.set(
      name,
      fresh.map(({ key }) => key),
    );
    const receipt: SegmentReceipt = {
      segment:
        fresh.length === 0
          ? null
          : {
              ...{ workflowId: 'w', name, hostQueue: 'h', bytes: 1, events: fresh.length },
              ...{ crc32: 1, byTag: {} },
            },
      window,
      reachedNow: false,
      counts: { requests: 1, records: rows.length, duplicates: 0, malformed: 0, rereads: 0 },
      newKeys: keysToKeep(fresh, {
        sinceMs: keysSinceMs(window, planOf(this.work, targetMs)),
        readToMs: window.toMs,
        sliceMs: 1_000,
      }),
      warnings: [],
    };
    return receipt;
  }

  /** Delivers what waits for an output. */
  deliver(output: string): void {
    for (const item of this.work.pending.filter(({ outputs }) => outputs.includes(output))) {
      this.got.get(output)?.push(...(this.#contents.get(item.segment.name) ?? []));
      confirm(this.work, item, output);
    }
    this.checkWatermark();
  }

  /** The host with all that is pending is gone. */
  loseAll(): void {
    lose(this.work, this.work.pending, { code: 'HOST_GONE', message: 'gone' }, this.nowMs);
    this.checkWatermark();
  }

  missing(output: string): Model[] {
    const got = new Set(this.got.get(output));
    return this.records.filter(({ key }) => !got.has(key));
  }

  /** Everything that was to be seen at or before the watermark is with every output, or named as owed. */
  checkWatermark(): void {
    const doneMs = watermarkMs(this.work);
    const owed = owedOf(this.work);
    const { outputs } = this.work.settings;
    for (const output of outputs) {
      const lost = this.missing(output).filter(
        ({ timeMs, visibleMs }) =>
          timeMs <= doneMs &&
          visibleMs <= timeMs + SETTINGS.settleMs &&
          !owed.some(
            ({ window, outputs: lack }) =>
              window !== null &&
              timeMs >= window.fromMs &&
              timeMs <= window.toMs &&
              (lack.length === 0 || lack.includes(output)),
          ),
      );
      expect(lost).toEqual([]);
    }
  }

  /** Lets some periods pass with everything well. */
  rest(): void {
    this.poisoned = [];
    this.down = false;
    for (let period = 0; period < 150; period++) {
      this.run();
      for (const output of this.work.settings.outputs) this.deliver(output);
      this.nowMs += SETTINGS.periodMs;
    }
  }
}

const LAST_MS = 600_000;
const world = fc.record({
  records: fc.array(
    fc.tuple(fc.integer({ min: 0, max: LAST_MS }), fc.oneof(fc.constant(0), fc.nat(25_000))),
    { minLength: 1, maxLength: 40 },
  ),
  steps: fc.array(
    fc.oneof(
      fc.constantFrom('run', 'a', 'b', 'lose', 'down', 'up', 'drop b', 'add b'),
      fc.record({ poison: fc.integer({ min: 0, max: LAST_MS }) }),
      fc.record({ passMs: fc.integer({ min: 1_000, max: 200_000 }) }),
    ),
    { maxLength: 40 },
  ),
});

describe('what cannot be had now is owed', () => {
  it('and reaches every output in the end, whatever fails and is lost in between', () => {
    fc.assert(
      fc.property(world, ({ records, steps }) => {
        const bench = new Bench(records);
        for (const step of steps) {
          if (typeof step === 'object' && 'poison' in step) {
            bench.poisoned = [...bench.poisoned, START_MS + step.poison];
          } else if (typeof step === 'object') bench.nowMs += step.passMs;
          else if (step === 'run') bench.run();
          else if (step === 'lose') bench.loseAll();
          else if (step === 'down' || step === 'up') bench.down = step === 'down';
          else if (step === 'a' || step === 'b') {
            if (bench.work.settings.outputs.includes(step)) bench.deliver(step);
          } else {
            const outputs = step === 'drop b' ? ['a'] : ['a', 'b'];
            // What it missed while it was out of the config is nobody's debt.
            if (step === 'add b' && !bench.work.settings.outputs.includes('b')) {
              bench.got.set(
                'b',
                bench.records.map(({ key }) => key),
              );
            }
            takeSettings(bench.work, { ...SETTINGS, outputs });
          }
        }
        bench.rest();
        expect(owedOf(bench.work)).toEqual([]);
        for (const output of bench.work.settings.outputs) expect(bench.missing(output)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('while the rest goes on: one poisoned record keeps back a second at most', () => {
    const times = Array.from({ length: 120 }, (_, at) => [at * 5_000, 0] as const);
    const bench = new Bench(times);
    bench.nowMs = START_MS + LAST_MS + 60_000;
    bench.poisoned = [START_MS + 300_000];
    for (let period = 0; period < 5; period++) {
      bench.run();
      bench.deliver('a');
      bench.nowMs += SETTINGS.periodMs;
    }
    expect(bench.missing('a').map(({ timeMs }) => timeMs - START_MS)).toEqual([300_000]);
    expect(owedOf(bench.work)).toMatchObject([{ reason: 'refused', outputs: [] }]);
  });

  it('also where the poisoned record is the first of all', () => {
    const bench = new Bench([
      [0, 0],
      [2_000, 0],
      [50_000, 0],
    ]);
    bench.poisoned = [START_MS];
    for (let period = 0; period < 5; period++) {
      bench.run();
      bench.deliver('a');
      bench.nowMs += SETTINGS.periodMs;
    }
    expect(bench.missing('a').map(({ timeMs }) => timeMs - START_MS)).toEqual([0]);
  });

  it('but nothing is in an outage: the lane waits where it stands', () => {
    const bench = new Bench([[1_000, 0]]);
    bench.down = true;
    for (let period = 0; period < 60; period++) {
      bench.run();
      bench.nowMs += SETTINGS.periodMs;
    }
    expect(owedOf(bench.work)).toEqual([]);
    expect(watermarkMs(bench.work)).toBe(START_MS - 1);
    expect(bench.lane.fetchError?.code).toBe('CORTEX_SERVER_ERROR');
    // It asks rarely by now.
    expect(bench.tries.length).toBeLessThan(60);
  });

  it('a window read again for one output leaves what only that one got unknown', () => {
    const bench = new Bench([
      [20_000, 0],
      [45_000, 46_000],
    ]);
    bench.run();
    bench.deliver('a');
    bench.nowMs = START_MS + 92_000;
    bench.loseAll();
    bench.run();
    bench.deliver('b');
    bench.rest();
    expect(bench.missing('a')).toEqual([]);
  });
});
