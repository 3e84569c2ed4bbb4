import { describe, expect, it } from 'vitest';
import {
  PagesRepeatError,
  readWindow,
  WindowUnsettledError,
} from '../../../src/pull/read-window.js';
import type { Page, ReadLimits } from '../../../src/pull/read-window.js';
import type { TimeWindow } from '../../../src/pull/window.js';

const LIMITS: ReadLimits = { maxRows: 5_000, concurrency: 10, overlapMs: 0 };

/** Reads a window whose pages a function makes; the rows are numbers. */
async function read(
  page: (offset: number, window: TimeWindow, request: number) => Page<number>,
  window: TimeWindow = { fromMs: 1, toMs: 1_000 },
  limits: ReadLimits = LIMITS,
) {
  const offsets: number[] = [];
  const handed: number[] = [];
  let restarts = 0;
  const result = await readWindow<number>(
    window,
    (asked, offset) => {
      offsets.push(offset);
      return Promise.resolve(page(offset, asked, offsets.length));
    },
    {
      rows: (rows) => {
        const before = new Set(handed).size;
        handed.push(...rows);
        return Promise.resolve(new Set(handed).size - before);
      },
      restart: () => {
        handed.length = 0;
        restarts += 1;
        return Promise.resolve();
      },
    },
    limits,
  );
  return { result, offsets, handed, restarts };
}

function rowsOf(count: number, offset: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(100, count - offset)) }, (_, at) => offset + at);
}

/** Keeps what it is handed. */
function sinkOf(met: Set<number>) {
  return {
    rows: (rows: readonly number[]) => {
      const before = met.size;
      for (const row of rows) met.add(row);
      return Promise.resolve(met.size - before);
    },
    restart: () => {
      met.clear();
      return Promise.resolve();
    },
  };
}

describe('readWindow', () => {
  it.each([
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 2],
    [101, 2],
    [5_000, 51],
  ])('reads %i rows with %i requests', async (count, requests) => {
    const { result, handed } = await read((offset) => ({
      total: count,
      rows: rowsOf(count, offset),
    }));
    expect(handed).toEqual(Array.from({ length: count }, (_, at) => at));
    expect(result).toMatchObject({ requests, rereads: 0, rows: count, fullMillisecond: false });
  });

  it('hands pages over in their order when replies come in another', async () => {
    const handed: number[] = [];
    let underWay = 0;
    let most = 0;
    await readWindow<number>(
      { fromMs: 1, toMs: 1_000 },
      async (_, offset) => {
        most = Math.max(most, (underWay += 1));
        for (let turn = offset; turn < 1_200; turn += 100) await Promise.resolve();
        underWay -= 1;
        return { total: 1_150, rows: rowsOf(1_150, offset) };
      },
      {
        rows: (rows) => Promise.resolve(handed.push(...rows) && rows.length),
        restart: () => Promise.resolve(),
      },
      { ...LIMITS, concurrency: 4 },
    );
    expect(handed).toEqual(Array.from({ length: 1_150 }, (_, at) => at));
    expect(most).toBe(4);
  });

  it('takes the lower half of a window with too many rows, again and again', async () => {
    const { result } = await read((offset, { fromMs, toMs }) => {
      const count = (toMs - fromMs + 1) * 100;
      return { total: Math.min(9_999, count), rows: rowsOf(count, offset) };
    });
    expect(result.window).toEqual({ fromMs: 1, toMs: 31 });
    expect(result.rows).toBe(3_100);
  });

  it('never cuts below two milliseconds where windows share one', async () => {
    const { result } = await read(
      (offset) => ({ total: 6_000, rows: rowsOf(6_000, offset) }),
      { fromMs: 1, toMs: 1_000 },
      { ...LIMITS, overlapMs: 1 },
    );
    expect(result.window).toEqual({ fromMs: 1, toMs: 2 });
  });

  it('pages on through a millisecond that is fuller than totals can say, and warns', async () => {
    const { result, handed } = await read(
      (offset) => ({ total: 9_999, rows: rowsOf(12_050, offset) }),
      { fromMs: 5, toMs: 5 },
    );
    expect(new Set(handed).size).toBe(12_050);
    expect(result.fullMillisecond).toBe(true);
    expect(result.warnings).toHaveLength(1);
  });

  it('reads backwards, last page first, when a total differs', async () => {
    const { result, offsets } = await read((offset, _, request) => ({
      total: request === 1 ? 250 : 249,
      rows: rowsOf(request === 1 ? 250 : 249, offset),
    }));
    expect(offsets.slice(-3)).toEqual([200, 100, 0]);
    expect(result.rereads).toBe(3);
  });

  it('reads backwards when only the total of a page that others overtook differs', async () => {
    const { offsets } = await read((offset, _, request) => ({
      total: request <= 3 && offset === 100 ? 249 : 250,
      rows: rowsOf(250, offset),
    }));
    expect(offsets).toEqual([0, 100, 200, 200, 100, 0]);
  });

  it('reads backwards when a page is short though every total is the same', async () => {
    const { result } = await read((offset, _, request) => ({
      total: 250,
      rows: rowsOf(request === 2 ? 150 : 250, offset),
    }));
    expect(result.rereads).toBe(3);
  });

  it.each([
    ['a total grows', [250, 249, 249, 249, 250]],
    ['the last page is full', [250, 249, 249, 305]],
  ])('begins again when a row comes in while it reads backwards: %s', async (_, totals) => {
    const { offsets, result } = await read(
      (offset, __, request) => {
        const total = totals[request - 1] ?? totals.at(-1) ?? 0;
        return { total, rows: rowsOf(total, offset) };
      },
      { fromMs: 1, toMs: 1_000 },
      { ...LIMITS, concurrency: 3 },
    );
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(2);
    expect(result.rows).toBe(totals.at(-1));
  });

  it('gives up as unsettled when rows keep coming in', async () => {
    const growing = read((offset, _, request) => ({
      total: 200 + request,
      rows: rowsOf(200 + request, offset),
    }));
    await expect(growing).rejects.toBeInstanceOf(WindowUnsettledError);
  });

  it.each([null, 0])('pages until a short page when the total is %s', async (total) => {
    const { handed } = await read((offset) => ({ total, rows: rowsOf(230, offset) }));
    expect(new Set(handed).size).toBe(230);
  });

  it('does not believe a total that full pages contradict', async () => {
    const { handed } = await read((offset) => ({ total: 100, rows: rowsOf(730, offset) }));
    expect(new Set(handed).size).toBe(730);
  });

  it('forgets what it handed over when a window without total is cut', async () => {
    const { handed, restarts, result } = await read((offset, { fromMs, toMs }) => ({
      total: null,
      rows: rowsOf((toMs - fromMs + 1) * 8, offset),
    }));
    expect(restarts).toBe(1);
    expect(result.window).toEqual({ fromMs: 1, toMs: 500 });
    expect(new Set(handed).size).toBe(4_000);
  });

  it('raises what a page raises, and asks for no further one', async () => {
    let requests = 0;
    const failing = readWindow<number>(
      { fromMs: 1, toMs: 1_000 },
      (_, offset) => {
        requests += 1;
        return offset === 300
          ? Promise.reject(new Error('gone'))
          : Promise.resolve({ total: 4_000, rows: rowsOf(4_000, offset) });
      },
      { rows: (rows) => Promise.resolve(rows.length), restart: () => Promise.resolve() },
      { ...LIMITS, concurrency: 3 },
    );
    await expect(failing).rejects.toThrow('gone');
    expect(requests).toBeLessThanOrEqual(7);
  });

  it.each([150, 200, 250, 9_999, null])(
    'stops asking when every page is the first one, of a total of %s',
    async (total) => {
      const asked: number[] = [];
      const reading = readWindow<number>(
        { fromMs: 1, toMs: 1_000 },
        (_, offset) => {
          asked.push(offset);
          return Promise.resolve({ total, rows: rowsOf(100, 0) });
        },
        sinkOf(new Set()),
        { ...LIMITS, maxRows: 10_000, concurrency: 1 },
      );
      await expect(reading).rejects.toBeInstanceOf(PagesRepeatError);
      expect(asked).toEqual([0, 100]);
    },
  );

  it('is content with the first page where it holds all there is and offsets are ignored', async () => {
    const { result, handed } = await read(() => ({ total: 100, rows: rowsOf(100, 0) }));
    expect(result.window).toEqual({ fromMs: 1, toMs: 1_000 });
    expect(new Set(handed).size).toBe(100);
  });

  it.each([1, 2, 3, 4, 5])(
    'reads all of a tie whose order differs with each request (seed %i)',
    async (seed) => {
      const met = new Set<number>();
      const { warnings } = await readWindow<number>(
        { fromMs: 5, toMs: 5 },
        (_, offset) =>
          Promise.resolve({ total: 350, rows: shuffled(350).slice(offset, offset + 100) }),
        sinkOf(met),
        LIMITS,
      );
      expect(met.size).toBe(350);
      expect(warnings).toEqual([]);

      function shuffled(count: number): number[] {
        const rows = Array.from({ length: count }, (_, at) => at);
        return rows
          .map((row) => ({ row, order: (seed = (seed * 48_271) % 2_147_483_647) }))
          .sort((a, b) => a.order - b.order)
          .map(({ row }) => row);
      }
    },
  );

  it('takes the lower half where ties in another order leave rows out', async () => {
    const met = new Set<number>();
    const { window } = await readWindow<number>(
      { fromMs: 1, toMs: 200 },
      ({ toMs }, offset) => {
        const rows = rowsOf(toMs, 0).concat(rowsOf(toMs, 100));
        // The last of the first page is the first of the second one, too.
        const page = rows.slice(offset, offset + 100);
        return Promise.resolve({
          total: toMs,
          rows: offset === 100 ? [99, ...page.slice(1)] : page,
        });
      },
      sinkOf(met),
      LIMITS,
    );
    expect(window).toEqual({ fromMs: 1, toMs: 100 });
    expect(met.size).toBe(100);
  });

  it('says so where a millisecond shows fewer rows that differ than it counts', async () => {
    const { result } = await read(
      (offset) => ({
        total: 150,
        rows: rowsOf(150, offset).map((row) => (row === 100 ? 99 : row)),
      }),
      { fromMs: 5, toMs: 5 },
    );
    expect(result.warnings[0]).toMatch(/^PULL_RECORDS_ALIKE: the API counts 150 .* shows 149/);
  });
});
