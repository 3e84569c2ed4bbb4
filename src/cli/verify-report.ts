import type { TimeWindow } from '../pull/window.js';
import type { CortexRecord } from './verify-cortex.js';
import type { DevoRecords } from './verify-devo.js';

/** One day of UTC, or the part of it that was asked for. */
export interface DayReport {
  readonly window: TimeWindow;
  readonly inCortex: number;
  /** Distinct records in Devo. */
  readonly inDevo: number;
  readonly missing: number;
  /** Events more than records. */
  readonly doubled: number;
  /** `count`: equal numbers of both sides; `record`: each record was looked for. */
  readonly by: 'count' | 'record';
  /** Of the API's records, those that have no id to look for. */
  readonly withoutKey: number;
}

const DAY_MS = 86_400_000;
/** Missing records that lie no further apart are sent again by one backfill. */
const JOIN_MS = 600_000;
/** Backfills of one repair. */
const MOST_REPAIRS = 20;
/** The field that the API filters by may differ this much from the record's own time. */
const MARGIN_MS = 1_000;

/** The days of a range, both ends included. */
export function daysOf({ fromMs, toMs }: TimeWindow): TimeWindow[] {
  const days: TimeWindow[] = [];
  for (let startMs = fromMs; startMs <= toMs;) {
    const nextMs = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS;
    days.push({ fromMs: startMs, toMs: Math.min(toMs, nextMs - 1) });
    startMs = nextMs;
  }
  return days;
}

/** What Devo has of a window by the records' own times: distinct records, and events beyond the first of each. */
export function inWindow(
  records: DevoRecords,
  { fromMs, toMs }: TimeWindow,
): { readonly distinct: number; readonly doubled: number } {
  let distinct = 0;
  let doubled = 0;
  for (const { events, timeMs } of records.values()) {
    if (timeMs === undefined || timeMs < fromMs || timeMs > toMs) continue;
    distinct += 1;
    doubled += events - 1;
  }
  return { distinct, doubled };
}

/** The windows to send again so that these records reach Devo, as few as make sense. */
export function repairWindows(
  missing: readonly CortexRecord[],
  range: TimeWindow,
): readonly TimeWindow[] {
  const sorted = missing.map(({ timeMs }) => timeMs).sort((a, b) => a - b);
  const windows: TimeWindow[] = [];
  for (const timeMs of sorted) {
    const last = windows.at(-1);
    if (last !== undefined && timeMs - last.toMs <= JOIN_MS) {
      windows[windows.length - 1] = { fromMs: last.fromMs, toMs: timeMs };
    } else windows.push({ fromMs: timeMs, toMs: timeMs });
  }
  while (windows.length > MOST_REPAIRS) joinNearest(windows);
  return windows.map(({ fromMs, toMs }) => ({
    fromMs: Math.max(Math.min(fromMs - MARGIN_MS, range.toMs), range.fromMs),
    toMs: Math.min(Math.max(toMs + MARGIN_MS, range.fromMs), range.toMs),
  }));
}

function joinNearest(windows: TimeWindow[]): void {
  let nearest = 1;
  const gapMs = (at: number) => (windows[at]?.fromMs ?? Infinity) - (windows[at - 1]?.toMs ?? 0);
  for (let at = 2; at < windows.length; at++) if (gapMs(at) < gapMs(nearest)) nearest = at;
  const [before, after] = windows.slice(nearest - 1, nearest + 1);
  if (before === undefined || after === undefined) return;
  windows.splice(nearest - 1, 2, { fromMs: before.fromMs, toMs: after.toMs });
}
