import type { KeySlice } from '../pull/checkpoint.js';
import { keysToKeep, knownKeySet } from '../pull/keys.js';
import type { WindowRequest } from '../pull/receipts.js';
import { shortKey } from '../services/key.js';
import type { Service } from '../services/service.js';
import { readRecord } from '../services/to-events.js';
import type { MalformedKind, ReadRecord } from '../services/to-events.js';
import type { StreamConfig } from './dependencies.js';
import type { Row } from './window-sink.js';

const NONE_MALFORMED: Readonly<Record<MalformedKind, number>> = { not_an_object: 0, no_key: 0 };
/** How far a record's own time may lie outside of its window before that is told: clocks differ by seconds. */
const FOREIGN_MS = 60_000;

/** What went through since it began or restarted. */
export interface Sifted {
  readonly records: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly malformedByKind: Readonly<Record<MalformedKind, number>>;
  readonly newKeys: KeySlice[];
  readonly warnings: readonly string[];
}

/** A record that nobody knows yet, with the row it came in. */
export interface NewRecord extends ReadRecord {
  readonly row: Row;
}

/** Tells records that are new from those that came before, in this window or in an earlier one. */
export interface Sifter {
  /** The new records of a page, and how many of its rows were on no page before. */
  page(rows: readonly Row[]): { readonly records: NewRecord[]; readonly distinct: number };
  restart(): void;
  /** `readToMs`: end of the window as far as it was read, epoch ms. */
  sifted(readToMs: number): Sifted;
}

export function createSifter(
  service: Service,
  { service: config }: StreamConfig,
  request: WindowRequest,
): Sifter {
  const known = knownKeySet(request.knownKeys);
  let met = new Set<string>();
  let fresh: { key: string; timeMs: number | undefined }[] = [];
  let duplicates = 0;
  let malformedByKind = { ...NONE_MALFORMED };

  function isNew({ key, timeMs, malformed }: ReadRecord): boolean {
    if (known.has(key)) {
      duplicates += 1;
      return false;
    }
    if (malformed !== undefined) malformedByKind[malformed] += 1;
    fresh.push({ key, timeMs });
    return true;
  }

  return {
    page(rows) {
      const places = new Map<string, number>();
      const records: NewRecord[] = [];
      let distinct = 0;
      for (const row of rows) {
        const read = readRecord(service, row.record, row.lossless, config);
        const place = (places.get(read.key) ?? 0) + 1;
        places.set(read.key, place);
        // One reply shows no row twice: equal ones in it are two, though an id makes them the same record.
        const key = place === 1 ? read.key : shortKey(`${read.key} ${place}`);
        if (met.has(key)) continue;
        met.add(key);
        distinct += 1;
        if (place > 1 && !read.byContent) continue;
        if (isNew({ ...read, key })) records.push({ ...read, key, row });
      }
      return { records, distinct };
    },
    restart() {
      met = new Set();
      fresh = [];
      duplicates = 0;
      malformedByKind = { ...NONE_MALFORMED };
    },
    sifted(readToMs) {
      const { fromMs } = request.window;
      const outsideMs = ({ timeMs = readToMs }: { timeMs: number | undefined }) =>
        Math.max(fromMs - timeMs, timeMs - (readToMs + 1), 0);
      // A time that is not the filter's says nothing about when the record is met again: the window's end does.
      const entries = fresh.map((entry) => ({
        key: entry.key,
        timeMs: outsideMs(entry) > 0 ? readToMs : (entry.timeMs ?? readToMs),
      }));
      const foreign = fresh.filter((entry) => outsideMs(entry) > FOREIGN_MS).length;
      return {
        records: met.size,
        duplicates,
        malformed: Object.values(malformedByKind).reduce((sum, count) => sum + count, 0),
        malformedByKind,
        newKeys: keysToKeep(entries, {
          sinceMs: request.keysSinceMs,
          readToMs,
          sliceMs: request.sliceMs,
        }),
        warnings:
          foreign === 0
            ? []
            : [
                `RECORD_TIME_FOREIGN: found records whose own time is not the one that the API filters by (${service.timeField(config)}); each goes out once`,
              ],
      };
    },
  };
}
