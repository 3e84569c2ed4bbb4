import { devoError } from '../errors.js';
import type { DevoErrorCode } from '../errors.js';
import { CollectorError } from '../../errors/collector-error.js';
import type { Column } from './fields.js';

export type Cell = string | number | boolean | null;

/** Rows of an answer, each with its cells in the order of the columns. */
export interface QueryRows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A reply as it came. */
export interface RawReply {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

/** Longest text of the API that goes into a message. */
const MOST_TEXT = 300;
/** Wait after a 429 that names none. */
const LIMITED_WAIT_MS = 60_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The rows of a reply in the mode `json/compact`, which is one document: a reply that was cut off is no JSON.
 * Everything that is not plainly whole and good is raised, so that nothing else is ever taken for a count.
 */
export function readRows(reply: RawReply, about: string): QueryRows {
  const { object } = readEnvelope(reply, about);
  if (!isFields(object)) throw notUnderstood(about, 'no object with rows');
  const columns = Array.isArray(object.metadata) ? object.metadata.map(readColumn) : [];
  const { d: rows } = object;
  if (columns.length === 0 || columns.includes(undefined)) {
    throw notUnderstood(about, 'no list of columns');
  }
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === columns.length && row.every(isCell);
  if (!Array.isArray(rows) || !rows.every(isRow)) {
    throw notUnderstood(about, 'rows that do not fit their columns');
  }
  return { columns: columns.filter((column) => column !== undefined), rows: rows as Cell[][] };
}

/** The columns in a reply of the call that describes a table. */
export function readColumns(reply: RawReply, about: string): readonly Column[] {
  const { object } = readEnvelope(reply, about);
  const columns = Array.isArray(object) ? object.map(readColumn) : [];
  if (columns.length === 0 || columns.includes(undefined)) {
    throw notUnderstood(about, 'no list of columns');
  }
  return columns.filter((column) => column !== undefined);
}

function readColumn(value: unknown): Column | undefined {
  if (!isFields(value)) return undefined;
  const name = value.name ?? value.fieldName;
  if (typeof name !== 'string' || typeof value.type !== 'string') return undefined;
  return { name, type: value.type };
}

function readEnvelope(reply: RawReply, about: string): Fields {
  const body = parse(reply.text);
  if (reply.status !== 200) throw refusal(reply.status, body, reply, about);
  if (!isFields(body)) throw notUnderstood(about, foundIn(reply.text));
  // An error may come when the status of HTTP has long been sent.
  for (const part of [body, body.object]) {
    if (!isFields(part)) continue;
    const late = part.e ?? part.error;
    if (late !== undefined) throw refusal(lateStatus(late), body, reply, about);
  }
  if (body.status !== undefined && body.status !== 0) {
    throw refusal(Number(body.status), body, reply, about);
  }
  return body;
}

function lateStatus(late: unknown): number {
  const status = Number(Array.isArray(late) ? late[0] : 500);
  return Number.isInteger(status) && status >= 400 ? status : 500;
}

function refusal(status: number, body: unknown, reply: RawReply, about: string): CollectorError {
  const said = saidBy(body) ?? (foundIn(reply.text) || undefined);
  const { code, retry, waitMs } = verdict(status, kindOf(body), said ?? '');
  const cid = isFields(body) && typeof body.cid === 'string' ? `, cid ${body.cid}` : '';
  const text = said === undefined ? '' : ` and "${said.slice(0, MOST_TEXT)}"`;
  const message = `${about}: the Query API answered ${status}${text}${cid}; nothing is known of these events until a query succeeds`;
  const wait = reply.retryAfterMs ?? waitMs;
  return new CollectorError(code, message, {
    retry,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

interface Verdict {
  readonly code: DevoErrorCode;
  readonly retry: 'never' | 'later';
  readonly waitMs?: number;
}

/** A 500 is as often a mistake in the query as a fault of the server: its kind tells. */
function verdict(status: number, kind: string | undefined, said: string): Verdict {
  if (status === 403 && /not allowed for table/i.test(said)) {
    return { code: 'DEVO_QUERY_TABLE', retry: 'never' };
  }
  if (status === 401 || status === 403) return { code: 'DEVO_QUERY_REFUSED', retry: 'never' };
  if (status === 429 || kind === 'QUERY_LIMIT') {
    return { code: 'DEVO_QUERY_LIMITED', retry: 'later', waitMs: LIMITED_WAIT_MS };
  }
  if (kind === 'MISSING_RESOURCE') return { code: 'DEVO_QUERY_TABLE', retry: 'never' };
  if (kind === 'QUERY_PARSING_ERROR') return { code: 'DEVO_QUERY_INVALID', retry: 'never' };
  if (status >= 500 || status === 408) return { code: 'DEVO_QUERY_FAILED', retry: 'later' };
  if (status >= 400) return { code: 'DEVO_QUERY_INVALID', retry: 'never' };
  return { code: 'DEVO_QUERY_REPLY', retry: 'later' };
}

/** `object[3]` or `context.kind`, by the generation of the server. */
function kindOf(body: unknown): string | undefined {
  if (!isFields(body)) return undefined;
  const { object, context } = body;
  const kind: unknown = Array.isArray(object)
    ? object[3]
    : isFields(context)
      ? context.kind
      : undefined;
  return typeof kind === 'string' ? kind : undefined;
}

/** What the API says in any of the places where it says it. */
function saidBy(body: unknown): string | undefined {
  if (!isFields(body)) return undefined;
  const { msg, error, e, object, title, detail } = body;
  const parts = [msg, error, e, object, title, detail].flatMap(textsIn);
  return parts.length === 0 ? undefined : [...new Set(parts)].join(': ');
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isFields(value) ? [value.message, value.msg].flatMap(textsIn) : [];
}

/** What an operator recognises of something that is no answer: the title of a page, or its beginning. */
function foundIn(text: string): string {
  const title = /<title>([^<]*)</i.exec(text)?.[1];
  if (title !== undefined) return `a page titled ${title.trim().slice(0, MOST_TEXT)}`;
  const start = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 80);
  return start === '' ? 'an empty body' : start;
}

/** Devo pads with spaces while it works, which JSON allows between any two tokens. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notUnderstood(about: string, found: string): CollectorError {
  return devoError(
    'DEVO_QUERY_REPLY',
    `${about}: found ${found}, expected a whole answer of Devo's Query API; check verify.address, proxies on the way, and try again`,
    'later',
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCell(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
