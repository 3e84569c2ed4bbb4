import { CollectorError } from '../../errors/collector-error.js';
import { devoError } from '../errors.js';
import type { DevoErrorCode } from '../errors.js';
import type { QueryClient } from './client.js';
import { findFields } from './fields.js';
import { countQuery } from './text.js';

/** What a table holds of pulls. */
export interface TableCounts {
  /** Events by pulling id, in every pull that arrived in the range. */
  readonly byPull: ReadonlyMap<string, number>;
  /** Where the pulling id was found: in its column, or in the text of the events. */
  readonly by: 'column' | 'text';
}

export interface CountRequest {
  readonly table: string;
  /** The column of the pulling id where the operator names it. */
  readonly pullingIdColumn: string | undefined;
  /** Arrival of the events, half-open, epoch ms. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What `validate` looks into. */
const CHECKED_MS = 600_000;
const NO_CONTROL = 'DEVO_QUERY_NO_CONTROL' satisfies DevoErrorCode;
const PULLING_ID = '@devo_pulling_id';
/** `@devo_pulling_id`: a time in ms. */
const PULLING_ID_VALUE = /^\d{13}$/;

/**
 * Counts the events of all pulls that arrived in a range of time. That others are found there shows that the table,
 * the range and the column are the right ones: without any, a zero means nothing, and is raised as such
 * (`DEVO_QUERY_NO_CONTROL`). Raises `DEVO_QUERY_COLUMN` where the table has no pulling id.
 */
export async function countPulls(
  client: QueryClient,
  { table, pullingIdColumn, fromMs, untilMs }: CountRequest,
  signal: AbortSignal,
): Promise<TableCounts> {
  const columns = await client.columns(table, signal);
  const named = pullingIdColumn === undefined ? {} : { [PULLING_ID]: pullingIdColumn };
  const isThere = pullingIdColumn === undefined || columns.some((c) => c.name === pullingIdColumn);
  const [source] = (isThere ? findFields(columns, [PULLING_ID], named) : undefined) ?? [];
  if (source === undefined) {
    const wanted = pullingIdColumn ?? 'a column of the pulling id, or one with the whole text';
    throw devoError(
      'DEVO_QUERY_COLUMN',
      `${table}: found the columns ${columns.map(({ name }) => name).join(', ')}, expected ${wanted}; its pulls cannot be counted; set verify_pulling_id_column`,
      'never',
    );
  }
  const text = countQuery(table, [source]);
  const { rows } = await client.rows({ text, fromMs, untilMs }, signal);
  const byPull = new Map<string, number>();
  for (const [pullingId, events] of rows) {
    if (typeof events !== 'number' || !Number.isInteger(events) || events < 0) {
      throw devoError(
        'DEVO_QUERY_REPLY',
        `${table}: found ${JSON.stringify(events)} in place of a count; check what answers at verify.address`,
        'later',
      );
    }
    if (PULLING_ID_VALUE.test(String(pullingId))) byPull.set(String(pullingId), events);
  }
  if (byPull.size === 0) {
    const found = rows.length === 0 ? 'no event at all' : 'events, and none with a pulling id';
    throw devoError(
      'DEVO_QUERY_NO_CONTROL',
      `${table}: found ${found} since ${new Date(fromMs).toISOString()}, expected some from any pull; check the tag, the domain of the credentials and verify_pulling_id_column`,
      'later',
    );
  }
  return { byPull, by: source.kind === 'column' ? 'column' : 'text' };
}

/** Tries the credentials, the table and the column of the pulling id. An empty table is none of its business. */
export async function checkTable(
  client: QueryClient,
  table: string,
  pullingIdColumn: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = Date.now();
  const range = { fromMs: untilMs - CHECKED_MS, untilMs };
  try {
    await countPulls(client, { table, pullingIdColumn, ...range }, signal);
  } catch (error) {
    if (!(error instanceof CollectorError) || error.code !== NO_CONTROL) throw error;
  }
}
