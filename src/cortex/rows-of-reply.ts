import { CortexError } from './errors.js';
import { isJsonObject } from './json.js';
import type { JsonValue } from './json.js';

/** Rows of one page, and how many there are in all. */
export interface ReplyRows {
  /** `total_count`; null where the API gives none. */
  readonly total: number | null;
  readonly rows: readonly JsonValue[];
}

/**
 * The rows of a list reply: under `rowsKey`, or the reply itself where a tenant sends a bare list. Raises
 * `CORTEX_INVALID_REPLY` for anything else, an envelope inside a list included: met in the field in place of
 * the rows, and taken for a row it would end a window that was not read.
 */
export function rowsOfReply(reply: JsonValue, rowsKey: string, path: string): ReplyRows {
  if (Array.isArray(reply)) {
    if (!reply.some((row) => isEnvelope(row, rowsKey))) return { total: null, rows: reply };
  } else if (isJsonObject(reply)) {
    const rows = COUNTS.some((name) => name in reply) ? (reply[rowsKey] ?? []) : reply[rowsKey];
    if (Array.isArray(rows)) return { total: totalOf(reply.total_count), rows };
  }
  throw new CortexError(
    'CORTEX_INVALID_REPLY',
    `${path}: found a reply without a list "${rowsKey}", expected one`,
    { retry: 'later' },
  );
}

/** Digits count as a number. */
function totalOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : null;
}

/** One of them makes a reply without rows an empty one; without any it is none. */
const COUNTS = ['total_count', 'result_count'];

function isEnvelope(row: JsonValue, rowsKey: string): boolean {
  return isJsonObject(row) && rowsKey in row && 'total_count' in row;
}
