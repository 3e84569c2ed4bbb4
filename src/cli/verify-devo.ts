import { devoError } from '../devo/errors.js';
import type { QueryClient } from '../devo/query/client.js';
import { findFields } from '../devo/query/fields.js';
import type { Cell } from '../devo/query/reply.js';
import { countQuery, tableOf } from '../devo/query/text.js';
import { CollectorError } from '../errors/collector-error.js';
import type { RecordIdentity } from './verify-identity.js';

/** Records that a table has, by key. */
export type DevoRecords = ReadonlyMap<
  string,
  { readonly events: number; readonly timeMs: number | undefined }
>;

/** A range of arrival, half-open, epoch ms. */
export interface Arrival {
  readonly fromMs: number;
  readonly untilMs: number;
}

const DAY_MS = 86_400_000;
/** A shorter range of arrival that is still too long for one answer is not cut again. */
const LEAST_MS = 60_000;
/** Some hundred bytes each. */
const MOST_RECORDS = 2_000_000;

/** The table of a stream, as a reader of its records by the day. */
export interface DevoTable {
  /** Adds the records that arrived in a range, day by day; `onDay` hears of each before it is asked for. */
  read(arrival: Arrival, onDay: (fromMs: number) => void): Promise<void>;
  /** All records of the ranges read so far. */
  readonly records: DevoRecords;
}

/** Looks at the columns of the table. Raises `DEVO_QUERY_COLUMN` where its records cannot be told apart. */
export async function openDevoTable(
  client: QueryClient,
  identity: RecordIdentity,
  signal: AbortSignal,
): Promise<DevoTable> {
  const table = tableOf(identity.tag);
  const columns = await client.columns(table, signal);
  // The time may be a part of the key.
  const wanted = [...new Set([...identity.key, identity.time])];
  const timeAt = wanted.indexOf(identity.time);
  const found = findFields(columns, wanted);
  // A column that no event ever filled does not exist, which is as good as empty.
  const filters = identity.only.flatMap(({ field, value }) => {
    const [source] = findFields(columns, [field]) ?? [];
    return source === undefined && value === null ? [] : [{ field, value, source }];
  });
  const sources = [...(found ?? []), ...filters.flatMap(({ source }) => source ?? [])];
  if (found === undefined || sources.length < wanted.length + filters.length) {
    const all = [...wanted, ...filters.map(({ field }) => field)].join(', ');
    throw devoError(
      'DEVO_QUERY_COLUMN',
      `${table}: found the columns ${columns.map(({ name }) => name).join(', ')}, expected ${all} or a column with the whole text; its records cannot be told apart`,
      'never',
    );
  }
  const text = countQuery(table, sources);
  const records = new Map<string, { events: number; timeMs: number | undefined }>();

  function take(row: readonly Cell[]): void {
    const keyCells = row.slice(0, identity.key.length);
    const events = row.at(-1);
    const time = row[timeAt];
    const isOther = filters.some(({ value }, at) => {
      const cell = row[wanted.length + at] ?? null;
      return (cell === '' ? null : cell) !== value;
    });
    if (isOther || keyCells.includes(null)) return;
    const inexact = keyCells.some(
      (cell) => typeof cell === 'number' && !Number.isSafeInteger(cell),
    );
    if (inexact || typeof events !== 'number' || !Number.isInteger(events) || events < 1) {
      throw devoError(
        'DEVO_QUERY_REPLY',
        `${table}: found ${JSON.stringify(row)}, expected a key and a count; check what answers at verify.address`,
        'later',
      );
    }
    const key = keyCells.map(String).join('@');
    const before = records.get(key)?.events ?? 0;
    const timeMs = time === null || time === '' ? undefined : Number(time);
    records.set(key, { events: before + events, timeMs });
    if (records.size <= MOST_RECORDS) return;
    throw devoError(
      'DEVO_QUERY_TRUNCATED',
      `${table}: found more than ${MOST_RECORDS} records, expected fewer; ask for a shorter range`,
      'never',
    );
  }

  async function readPart({ fromMs, untilMs }: Arrival): Promise<void> {
    try {
      const { rows } = await client.rows({ text, fromMs, untilMs }, signal);
      for (const row of rows) take(row);
    } catch (error) {
      const tooLong = error instanceof CollectorError && error.code === 'DEVO_QUERY_TRUNCATED';
      if (!tooLong || untilMs - fromMs <= LEAST_MS || records.size > MOST_RECORDS) throw error;
      // Whole seconds, as the API takes them: a half one would be in both parts.
      const middleMs = Math.floor((fromMs + untilMs) / 2_000) * 1_000;
      await readPart({ fromMs, untilMs: middleMs });
      await readPart({ fromMs: middleMs, untilMs });
    }
  }

  return {
    records,
    read: async ({ fromMs, untilMs }, onDay) => {
      for (let dayMs = fromMs; dayMs < untilMs; dayMs += DAY_MS) {
        onDay(dayMs);
        await readPart({ fromMs: dayMs, untilMs: Math.min(dayMs + DAY_MS, untilMs) });
      }
    },
  };
}
