import type { TimeWindow } from './window.js';
import { widthMs } from './window.js';

/** One page of a window, ascending by the stream's time field. */
export interface Page<Row> {
  /** `total_count` of the window; null where the API gives none. */
  readonly total: number | null;
  readonly rows: readonly Row[];
}
/** Reads the rows `[offset, offset + pageSize)` of a window. */
export type ReadPage<Row> = (window: TimeWindow, offset: number) => Promise<Page<Row>>;

/** Takes the rows of a window. Rows may come more than once: the sink knows them by key. */
export interface RowSink<Row> {
  rows(rows: readonly Row[]): Promise<void>;
  /** Forget all rows so far: the window is read in a smaller part. */
  restart(): Promise<void>;
}

export interface ReadLimits {
  /** The API's page: 100 everywhere. */
  readonly pageSize: number;
  /** Most rows of one segment; a window with more is read in its lower half. */
  readonly maxRows: number;
  /** Pages asked for at once, and so held at once. */
  readonly concurrency: number;
}

/** Page 100; 5,000 rows a segment, far below the 9,999 where totals saturate; ten pages at once, as the quota is ten requests a second. */
export const READ_LIMITS: ReadLimits = { pageSize: 100, maxRows: 5_000, concurrency: 10 };

/** Times the pages of a window are read again before it is left for a later try. */
const MOST_REREADS = 5;

export interface WindowRead {
  /** How far it read: the window asked for, or a lower part of it. */
  readonly window: TimeWindow;
  /** Pages read again because rows moved. */
  readonly rereads: number;
  /** A millisecond with more rows than a segment should hold. */
  readonly fullMillisecond: boolean;
}

/** Rows kept entering the window while it was read; a later try may find it at rest. */
export class WindowUnsettledError extends Error {
  constructor(window: TimeWindow) {
    super(
      `rows kept moving in the window ${window.fromMs} - ${window.toMs} while it was read ${MOST_REREADS} times; it is read again later`,
    );
    this.name = 'WindowUnsettledError';
  }
}

/**
 * Reads a window whole, page by page, into the sink; or its lower half (again and again) where it holds
 * more than a segment should. Raises what `readPage` raises, and `WindowUnsettledError`.
 */
export async function readWindow<Row>(
  asked: TimeWindow,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  limits: ReadLimits = READ_LIMITS,
): Promise<WindowRead> {
  let window = asked;
  for (;;) {
    const single = widthMs(window) === 1;
    const first = await readPage(window, 0);
    const total = knownTotal(first);
    if (!single && total !== null && total > limits.maxRows) {
      window = lowerHalf(window);
      continue;
    }
    await sink.rows(first.rows);
    if (single && (total === null || total > limits.maxRows)) {
      const rows = await readForward(window, first, readPage, sink, limits, Infinity);
      return { window, rereads: 0, fullMillisecond: rows > limits.maxRows };
    }
    if (total === null) {
      const rows = await readForward(window, first, readPage, sink, limits, limits.maxRows);
      if (rows <= limits.maxRows) return { window, rereads: 0, fullMillisecond: false };
      await sink.restart();
      window = lowerHalf(window);
      continue;
    }
    const whole = first.rows.length === Math.min(limits.pageSize, total);
    const settled = whole && (await readAtOnce(window, total, readPage, sink, limits));
    const rereads = settled ? 0 : await readBackward(window, total, readPage, sink, limits);
    return { window, rereads, fullMillisecond: false };
  }
}

/** A total below the rows it comes with is as good as none. */
function knownTotal<Row>({ total, rows }: Page<Row>): number | null {
  return total === null || total < rows.length ? null : total;
}

function lowerHalf({ fromMs, toMs }: TimeWindow): TimeWindow {
  return { fromMs, toMs: fromMs + Math.floor((toMs - fromMs + 1) / 2) - 1 };
}

/** Pages on until a short page, or until there are more than `mostRows`; returns the rows met. */
async function readForward<Row>(
  window: TimeWindow,
  first: Page<Row>,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  { pageSize }: ReadLimits,
  mostRows: number,
): Promise<number> {
  let rows = first.rows.length;
  let last = first.rows.length;
  while (last >= pageSize && rows <= mostRows) {
    const page = await readPage(window, rows);
    await sink.rows(page.rows);
    last = page.rows.length;
    rows += last;
  }
  return rows;
}

/**
 * Reads the pages behind the first, several at once, and hands them on in their order. True when every
 * reply told the same total and every page had its rows: then nothing moved.
 */
async function readAtOnce<Row>(
  window: TimeWindow,
  total: number,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  { pageSize, concurrency }: ReadLimits,
): Promise<boolean> {
  const offsets = offsetsOf(total, pageSize).slice(1);
  const ahead: Promise<Page<Row>>[] = [];
  let asked = 0;
  let settled = true;
  for (const offset of offsets) {
    while (ahead.length < concurrency && asked < offsets.length) {
      const next = readPage(window, offsets[asked] ?? 0);
      // It is awaited in its turn; until then a failure must not count as unhandled.
      next.catch(() => undefined);
      ahead.push(next);
      asked += 1;
    }
    const page = await ahead.shift();
    if (page === undefined) break;
    await sink.rows(page.rows);
    settled &&= page.total === total && page.rows.length === Math.min(pageSize, total - offset);
  }
  return settled;
}

/**
 * Rows left the window while it was read. Read one page at a time from the last to the first, a row that
 * shifts can only shift into a page still to be read; unless one came in, then once more. Returns the
 * pages read again.
 */
async function readBackward<Row>(
  window: TimeWindow,
  firstTotal: number,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  { pageSize }: ReadLimits,
): Promise<number> {
  let rereads = 0;
  let startTotal = firstTotal;
  for (let round = 0; round < MOST_REREADS; round += 1) {
    let total = startTotal;
    let grew = false;
    for (const offset of offsetsOf(startTotal, pageSize).reverse()) {
      const page = await readPage(window, offset);
      rereads += 1;
      await sink.rows(page.rows);
      const now = page.total ?? total;
      grew ||= now > total;
      total = now;
    }
    if (!grew) return rereads;
    startTotal = Math.max(startTotal, total);
  }
  throw new WindowUnsettledError(window);
}

function offsetsOf(total: number, pageSize: number): number[] {
  return Array.from({ length: Math.max(1, Math.ceil(total / pageSize)) }, (_, at) => at * pageSize);
}
