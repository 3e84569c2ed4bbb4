import { readInOrder } from './in-order.js';
import { LIMITS } from './limits.js';
import { lowerHalf, narrowestMs, widthMs } from './window.js';
import type { OverlapMs, TimeWindow } from './window.js';

/** Rows of one page, and what the API says the window holds. */
export interface Page<Row> {
  /** `total_count`; null where the API gives none. */
  readonly total: number | null;
  readonly rows: readonly Row[];
}

/** Fetches rows `[offset, offset + page size)` of a window, ascending by time. */
export type ReadPage<Row> = (window: TimeWindow, offset: number) => Promise<Page<Row>>;

/** Takes rows as they are read; rows may repeat, so it tells them apart by key. */
export interface RowSink<Row> {
  /** How many of them it had not met before. */
  rows(rows: readonly Row[]): Promise<number>;
  /** Forgets all rows so far: they belong to a window that turned out too full. */
  restart(): Promise<void>;
}

export interface ReadLimits {
  /** A window with more rows is cut: 5,000 make a segment that a retry can afford. */
  readonly maxRows: number;
  /** Most pages under way or held at a time. */
  readonly concurrency: number;
  readonly overlapMs: OverlapMs;
  /** Rows per page. Default 100, the most the API allows. */
  readonly pageSize?: number;
  /** Where `total_count` stops counting. Default 9,999, as the vendor documents. */
  readonly saturatedAt?: number;
}

export interface WindowRead {
  /** How far it read: the window asked for, or a lower part of it. */
  readonly window: TimeWindow;
  readonly requests: number;
  /** Pages read again because rows moved, or because no total could tell whether they did. */
  readonly rereads: number;
  /** Rows met by the last pass through the window. */
  readonly rows: number;
  readonly warnings: readonly string[];
  /** True where more rows share the narrowest window than the API promises to page through. */
  readonly fullMillisecond: boolean;
}

/** Rows kept coming into a window while it was read; the same window may be read later. */
export class WindowUnsettledError extends Error {
  constructor(window: TimeWindow, passes: number) {
    super(
      `found rows coming into the window ${describe(window)} in each of ${passes} passes, expected it to hold still; it is read again later; if this stays, set a longer settle_in_seconds`,
    );
    this.name = 'WindowUnsettledError';
  }
}

/** Every offset is answered with the same rows: asking on would never end. */
export class PagesRepeatError extends Error {
  constructor(window: TimeWindow, offset: number) {
    super(
      `found in the window ${describe(window)} at offset ${offset} nothing but rows of the pages before it, expected others; no further page is asked for`,
    );
    this.name = 'PagesRepeatError';
  }
}

/** Passes without a new row before rows that the API counts and that do not show count as equal to others. */
const MOST_FRUITLESS = 5;
/** Passes before a window counts as unsettled: rows that come in late are rare, five in a row mean trouble. */
const MOST_PASSES = 5;

/**
 * Reads every row of a window into the sink, or of its lower half where it holds too many, and of that
 * one's, down to the narrowest. Raises `WindowUnsettledError`, `PagesRepeatError`, and whatever `readPage` or the sink raises.
 *
 * A window is complete when every reply reports the same total, every page holds what that total says, and as many
 * rows differ.
 * Otherwise rows left it while it was read (an incident was modified and moved to now), which shifts the
 * rows behind them to lower offsets: the pages are read again from the last to the first, so that a row
 * can only shift into a page still to be read. Not seen: one row coming in and one leaving between the same
 * two replies, for the total stays; rows come in only near the moving edge, where the lookback reads again.
 */
export async function readWindow<Row>(
  asked: TimeWindow,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  limits: ReadLimits,
): Promise<WindowRead> {
  const { maxRows, concurrency } = limits;
  const { pageSize = LIMITS.pageRows, saturatedAt = LIMITS.saturatedAt } = limits;
  const leastMs = narrowestMs(limits.overlapMs);
  let window = asked;
  let requests = 0;
  let rereads = 0;
  /** Rows that the sink told apart, and the furthest page handed to it. */
  let distinct = 0;
  let furthest = 0;
  let total: number | null = null;
  let alike = 0;

  const canCut = () => widthMs(window) > leastMs;
  const lastPageOf = (total: number) => Math.floor(total / pageSize);
  const read = async (index: number): Promise<Page<Row>> => {
    requests += 1;
    return await readPage(window, index * pageSize);
  };

  /** Hands a page over; true where it brings nothing but rows of the pages before it, and there are no others. */
  async function hand(page: Page<Row>, index: number): Promise<boolean> {
    const fresh = await sink.rows(page.rows);
    distinct += fresh;
    // Rows that come in shift others onto a page behind them, and change the total.
    const moved = index > 0 && page.total !== total;
    const repeats = index > furthest && fresh === 0 && page.rows.length >= pageSize && !moved;
    furthest = Math.max(furthest, index);
    total = page.total;
    if (!repeats) return false;
    if (page.total !== null && distinct >= page.total) return true;
    throw new PagesRepeatError(window, index * pageSize);
  }

  /** One try: the number of its rows, or why it did not do. */
  async function readOnce(): Promise<number | 'too many' | 'unsettled'> {
    const first = await read(0);
    if (first.total !== null && first.total > maxRows && canCut()) return 'too many';
    const counted = first.total !== null && first.total < saturatedAt;
    if (counted && first.total >= first.rows.length) {
      const pass = await readCounted(first, first.total);
      if (pass.settled) return pass.rows;
      if (!pass.miscounted) return await readUntilDistinct(pass.lastPage);
    }
    const pass = await readUncounted(first);
    if (pass === 'too many' || pass.lastPage === 0) return pass === 'too many' ? pass : pass.rows;
    return await readUntilDistinct(pass.lastPage);
  }

  /** Forward, several pages at a time, as many as the total says. */
  async function readCounted(first: Page<Row>, total: number) {
    let rows = 0;
    let settled = true;
    let miscounted = false;
    // A total of 200 makes three pages: only one that is not full shows that it was the last.
    let lastPage = lastPageOf(total);
    const pages = lastPage + 1;
    await readInOrder(
      pages,
      concurrency,
      (index) => (index === 0 ? Promise.resolve(first) : read(index)),
      async (page, index) => {
        const isOver = await hand(page, index);
        rows += page.rows.length;
        const isLast = index === pages - 1;
        const expected = isLast ? total % pageSize : pageSize;
        settled = isOver || (page.total === total && page.rows.length === expected);
        miscounted = page.total === total && isLast && page.rows.length === pageSize;
        lastPage = Math.max(lastPage, lastPageOf(page.total ?? 0));
        return settled && !isOver;
      },
    );
    settled &&= distinct >= total;
    return { rows, settled, miscounted, lastPage };
  }

  /** Forward, one page at a time, until one is not full. */
  async function readUncounted(first: Page<Row>) {
    let rows = 0;
    for (let index = 0; ; index++) {
      const page = index === 0 ? first : await read(index);
      rows += page.rows.length;
      if (rows > maxRows && canCut()) return 'too many';
      const isOver = await hand(page, index);
      if (isOver || page.rows.length < pageSize) return { rows, lastPage: isOver ? 0 : index };
    }
  }

  /**
   * Backwards until as many rows were told apart as the API counts: ties may come in another order with each
   * request, so that one is on two pages and another on none. Where no pass brings any more, they are equal.
   */
  async function readUntilDistinct(lastPage: number): Promise<number | 'too many' | 'unsettled'> {
    for (let fruitless = 0; ;) {
      const before = distinct;
      const { rows, total } = await readBackwards(lastPage);
      if (rows === 'unsettled') return rows;
      alike = total === null || total >= saturatedAt ? 0 : total - distinct;
      // Rows that the API counts and shows on no page do not show on another pass either.
      if (alike <= 0 || (total !== null && rows < total)) return rows;
      // On narrower pages other rows stand at the edges.
      if (canCut()) return 'too many';
      fruitless = distinct > before ? 0 : fruitless + 1;
      if (fruitless === MOST_FRUITLESS) return rows;
    }
  }

  /** From the last page to the first; unsettled where a row came in, for that shifts others behind it. */
  async function readBackwards(lastPage: number) {
    furthest = Math.max(furthest, lastPage);
    let rows = 0;
    let total: number | null = null;
    for (let index = lastPage; index >= 0; index--) {
      const page = await read(index);
      rereads += 1;
      distinct += await sink.rows(page.rows);
      rows += page.rows.length;
      const beyond = index === lastPage && page.rows.length >= pageSize;
      const grown = total !== null && page.total !== null && page.total > total;
      if (beyond || grown) return { rows: 'unsettled' as const, total };
      total = page.total ?? total;
    }
    return { rows, total };
  }

  let passes = 1;
  let rows = await readOnce();
  while (typeof rows === 'string') {
    if (rows === 'too many') {
      await sink.restart();
      distinct = 0;
      furthest = 0;
      alike = 0;
      window = lowerHalf(window, leastMs);
      passes = 0;
    }
    if (passes === MOST_PASSES) throw new WindowUnsettledError(window, MOST_PASSES);
    passes += 1;
    rows = await readOnce();
  }
  const fullMillisecond = rows >= saturatedAt;
  const warnings = [
    ...(fullMillisecond
      ? [
          `${rows} records share ${describe(window)}; the API promises to page through ${saturatedAt - 1} only, so it may hold back more`,
        ]
      : []),
    ...(alike > 0
      ? [
          `PULL_RECORDS_ALIKE: the API counts ${distinct + alike} records in ${describe(window)} and shows ${distinct} that differ`,
        ]
      : []),
  ];
  return { window, requests, rereads, rows, warnings, fullMillisecond };
}

function describe({ fromMs, toMs }: TimeWindow): string {
  return `${new Date(fromMs).toISOString()} - ${new Date(toMs).toISOString()}`;
}
