import { isJsonObject } from '../cortex/json.js';
import { LIMITS } from '../pull/limits.js';
import { readWindow } from '../pull/read-window.js';
import type { ReadPage } from '../pull/read-window.js';
import { lowerHalf, restOf, widthMs } from '../pull/window.js';
import type { TimeWindow } from '../pull/window.js';
import type { Row } from '../activities/window-sink.js';
import { canonicalText } from '../services/key.js';
import { numberOf } from '../services/values.js';
import { keyOf } from './verify-identity.js';
import type { RecordIdentity } from './verify-identity.js';

/** A record of the API. */
export interface CortexRecord {
  readonly key: string;
  /** Epoch ms; the end of its window where the record has none. */
  readonly timeMs: number;
}

/** Pages read at a time. */
const PAGES_AT_ONCE = 4;

/** How many records a window has, by their totals alone; undefined where the API does not count. */
export async function countRecords(
  readPage: ReadPage<Row>,
  window: TimeWindow,
): Promise<number | undefined> {
  const { total } = await readPage(window, 0);
  if (total === null) return undefined;
  if (total < LIMITS.saturatedAt || widthMs(window) <= 1) return total;
  const lower = lowerHalf(window, 1);
  const upper = restOf(window, lower.toMs, 0);
  const counts = [await countRecords(readPage, lower)];
  if (upper !== null) counts.push(await countRecords(readPage, upper));
  return counts.reduce<number | undefined>(
    (sum, each) => (sum === undefined || each === undefined ? undefined : sum + each),
    0,
  );
}

/** Every record of a window that has a key, each once, and how many have none. */
export async function readRecords(
  readPage: ReadPage<Row>,
  asked: TimeWindow,
  identity: RecordIdentity,
): Promise<{ readonly records: readonly CortexRecord[]; readonly withoutKey: number }> {
  const found = new Map<string, CortexRecord>();
  let withoutKey = 0;
  let window: TimeWindow | null = asked;
  while (window !== null) {
    const part = new Map<string, CortexRecord>();
    const keyless = new Set<string>();
    const { toMs } = window;
    const sink = {
      rows: (rows: readonly Row[]) => {
        const before = part.size + keyless.size;
        for (const { record } of rows) {
          const key = isJsonObject(record) ? keyOf(record, identity) : undefined;
          if (!isJsonObject(record) || key === undefined) keyless.add(canonicalText(record));
          else part.set(key, { key, timeMs: Math.floor(numberOf(record[identity.time]) ?? toMs) });
        }
        return Promise.resolve(part.size + keyless.size - before);
      },
      restart: () => {
        part.clear();
        keyless.clear();
        return Promise.resolve();
      },
    };
    const read = await readWindow(window, readPage, sink, {
      maxRows: LIMITS.segmentRows,
      concurrency: PAGES_AT_ONCE,
      overlapMs: 0,
    });
    for (const [key, record] of part) found.set(key, record);
    withoutKey += keyless.size;
    window = restOf(window, read.window.toMs, 0);
  }
  return { records: [...found.values()], withoutKey };
}
