import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextWindow } from '../../src/pull/plan.js';
import { readWindow } from '../../src/pull/read-window.js';
import type { ReadPage, RowSink, WindowRead } from '../../src/pull/read-window.js';
import { lowerHalf, widthMs } from '../../src/pull/window.js';
import type { TimeWindow } from '../../src/pull/window.js';
import { collect, PARTS } from './collecting.js';
import type { Parts } from './collecting.js';
import type { ModelRecord } from './model-api.js';
import { scenarios } from './scenarios.js';
import type { Kinds } from './scenarios.js';

const PAGE_SIZE = 5;

type Reader = (
  window: TimeWindow,
  readPage: ReadPage<ModelRecord>,
  sink: RowSink<ModelRecord>,
) => Promise<TimeWindow>;

/** The model's rows are all of one kind, so a reader of those may stand in for the generic one. */
function standIn(reader: Reader): typeof readWindow {
  return async (asked, readPage, sink): Promise<WindowRead> => {
    const window = await reader(
      asked,
      readPage as unknown as ReadPage<ModelRecord>,
      sink as unknown as RowSink<ModelRecord>,
    );
    return { window, requests: 0, rereads: 0, rows: 0, warnings: [], fullMillisecond: false };
  };
}

/** Cuts windows as the real one does, so that only what comes behind differs. */
function cutting(reader: Reader): Reader {
  return async (asked, readPage, sink) => {
    let window = asked;
    while (widthMs(window) > 1 && ((await readPage(window, 0)).total ?? 0) > PARTS.maxRows) {
      window = lowerHalf(window, 1);
    }
    return await reader(window, readPage, sink);
  };
}

/** As many pages as the first total says, whatever the other replies tell. */
const firstTotalOnly: Reader = async (window, readPage, sink) => {
  const first = await readPage(window, 0);
  await sink.rows(first.rows);
  for (let offset = PAGE_SIZE; offset < (first.total ?? 0); offset += PAGE_SIZE) {
    await sink.rows((await readPage(window, offset)).rows);
  }
  return window;
};

/** The real reader, which sees on every page the total that its window's first page told. */
const withFirstTotals: typeof readWindow = async (asked, readPage, sink, limits) => {
  let first: number | null = null;
  return await readWindow(
    asked,
    async (window, offset) => {
      const page = await readPage(window, offset);
      if (offset === 0) first = page.total;
      return { ...page, total: first };
    },
    // Rows that are told apart would show it, too.
    {
      async rows(rows) {
        await sink.rows(rows);
        return rows.length;
      },
      restart: () => sink.restart(),
    },
    limits,
  );
};

/** Reads a window that moved once more, from its first page on. */
const forwardAgain: Reader = async (window, readPage, sink) => {
  for (let pass = 0; pass < 2; pass++) {
    let rows = PAGE_SIZE;
    for (let offset = 0; rows === PAGE_SIZE; offset += PAGE_SIZE) {
      const page = await readPage(window, offset);
      await sink.rows(page.rows);
      rows = page.rows.length;
    }
  }
  return window;
};

/** One page, then on from behind the time of its last record. */
const cursorBehindLast = standIn(async (window, readPage, sink) => {
  const { rows } = await readPage(window, 0);
  await sink.rows(rows);
  const last = rows.at(-1);
  return rows.length < PAGE_SIZE || last === undefined
    ? window
    : { fromMs: window.fromMs, toMs: Math.floor(last.timeMs) };
});

/** One page is a whole window when no total says otherwise. */
const onePage = standIn(async (window, readPage, sink) => {
  await sink.rows((await readPage(window, 0)).rows);
  return window;
});

interface Protection {
  readonly without: string;
  readonly then: 'lost' | 'twice' | 'stuck';
  readonly kinds: Kinds;
  readonly parts: Partial<Parts>;
}

const PROTECTIONS: readonly Protection[] = [
  { without: 'settling', then: 'lost', kinds: { late: true }, parts: { settleMs: 0 } },
  { without: 'a lookback', then: 'lost', kinds: { late: true }, parts: { lookbackMs: 0 } },
  {
    without: 'known keys',
    then: 'twice',
    kinds: {},
    parts: { keysFor: () => [] },
  },
  {
    without: 'keys of the lookback range brought back',
    then: 'twice',
    kinds: {},
    parts: { keysSinceMs: (_, plan) => plan.targetMs },
  },
  {
    without: 'reading on in a lookback that was cut',
    then: 'lost',
    kinds: { late: true },
    parts: {
      nextWindow: (checkpoint, cycle) =>
        nextWindow(checkpoint, {
          ...cycle,
          readToMs: cycle.readToMs === null ? null : checkpoint.watermarkMs,
        }),
    },
  },
  {
    without: 'keeping count of how far back keys are complete',
    then: 'twice',
    kinds: { abandoned: true },
    parts: {
      afterWindow: (checkpoint, outcome, plan) => ({
        ...PARTS.afterWindow(checkpoint, outcome, plan),
        coveredFromMs: checkpoint.startTimeMs,
      }),
    },
  },
  {
    without: 'a shared millisecond between windows',
    then: 'lost',
    kinds: { fractional: true },
    parts: { overlapMs: () => 0 },
  },
  {
    without: 'a narrowest window of two milliseconds where windows share one',
    then: 'stuck',
    kinds: { fractional: true },
    parts: { narrowestOverlapMs: () => 0 },
  },
  {
    without: 'cutting windows below the saturated total',
    then: 'lost',
    kinds: { offsetCap: true },
    parts: { maxRows: Infinity, saturatedAt: () => Infinity },
  },
  {
    without: 'paging on where the total is saturated',
    then: 'lost',
    kinds: {},
    parts: { readWindow: standIn(cutting(firstTotalOnly)) },
  },
  {
    without: 'comparing totals',
    then: 'lost',
    kinds: { modifications: true },
    parts: { readWindow: withFirstTotals },
  },
  {
    without: 'reading backwards what moved',
    then: 'lost',
    kinds: { modifications: true, offsetCap: true },
    parts: { readWindow: standIn(cutting(forwardAgain)) },
  },
  {
    without: 'paging inside a fixed window',
    then: 'lost',
    kinds: {},
    parts: { readWindow: cursorBehindLast },
  },
  {
    without: 'paging until a short page where there is no total',
    then: 'lost',
    kinds: { nullTotals: true },
    parts: { readWindow: onePage },
  },
];

it.each(PROTECTIONS)('without $without, records are $then', async ({ then, kinds, parts }) => {
  const holds = fc.asyncProperty(scenarios(kinds), async (scenario) => {
    try {
      const result = await collect(scenario, { ...PARTS, ...parts });
      return then === 'stuck' || result[then].length === 0;
    } catch (error) {
      if (then === 'stuck' && error instanceof Error) return !error.message.startsWith('stuck');
      throw error;
    }
  });
  const details = await fc.check(holds, { seed: 20_260_131, numRuns: 4_000, endOnFailure: true });
  expect(details.failed).toBe(true);
  expect(String(details.errorInstance)).toContain('by returning false');
});
