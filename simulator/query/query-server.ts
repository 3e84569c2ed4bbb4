import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { listen, readBody } from '../net.js';
import { createRandom } from '../random.js';
import { LinqError, parseLinq } from './linq.js';
import { MODES, renderAnswer } from './render.js';
import type { Mode } from './render.js';
import { runLinq } from './run-linq.js';
import { Tables } from './tables.js';
import type { ColumnsMode } from './tables.js';
import { TROUBLES } from './troubles.js';
import type { Trouble, TroubleName } from './troubles.js';

export interface QueryServerOptions {
  /** Port on 127.0.0.1; default 0: any free one. */
  readonly port?: number;
  /** Default `parsed`. */
  readonly columns?: ColumnsMode;
  /** Default `at_devo_pulling_id`. */
  readonly pullingIdColumn?: string;
  /** How long an event stays unseen after it arrived; default 0. */
  readonly delayMs?: number;
  /** Share of the events (0 to 1) that never reach their table; default 0. Drawn from a fixed seed. */
  readonly lostShare?: number;
  /** How long each answer takes; default 0. */
  readonly answerMs?: number;
  /** Queries at once; more are answered with 429. Default 5. */
  readonly mostAtOnce?: number;
  /** Rows of a reply; a query with more fails after them. Default 1,000,000. */
  readonly mostRows?: number;
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
}

/** Credentials that are taken: a token, or a key with its secret. */
export const QUERY_CREDENTIALS = {
  token: 'simulated-query-token',
  key: 'simulated-query-key',
  secret: 'simulated-query-secret',
} as const;

export interface QueryServerStats {
  readonly queries: number;
  readonly tables: number;
  readonly mostAtOnce: number;
  /** Events that never reached their table. */
  readonly lost: number;
  readonly last: Readonly<Record<string, unknown>> | undefined;
}

/** Devo's Query API over what `accept` was given, listening. */
export interface QueryServer {
  readonly url: string;
  /** One event that a receiver took. */
  accept(tag: string, text: string): void;
  /** What goes wrong with each call from now on; undefined: nothing. `on`: which calls, default queries. */
  setTrouble(trouble: TroubleName | Trouble | undefined, on?: 'queries' | 'tables' | 'all'): void;
  set(
    options: Pick<QueryServerOptions, 'columns' | 'pullingIdColumn' | 'delayMs' | 'lostShare'>,
  ): void;
  stats(): QueryServerStats;
  stop(): Promise<void>;
}

interface QueryBody {
  readonly query?: string;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly timeUnit?: string;
  readonly mode?: { readonly type?: string };
  readonly limit?: number;
  readonly offset?: number;
  readonly skip?: number;
}

/** How often a query without an end looks for new rows, and a waiting one says that it is alive. */
const BEAT_MS = 100;

/** Starts the Query API on 127.0.0.1: `POST /search/query` and `GET /search/table/<table>`. */
export async function startQueryServer(options: QueryServerOptions = {}): Promise<QueryServer> {
  const now = options.now ?? Date.now;
  const tables = new Tables({
    columns: options.columns ?? 'parsed',
    pullingIdColumn: options.pullingIdColumn ?? 'at_devo_pulling_id',
    delayMs: options.delayMs ?? 0,
    now,
  });
  const mostRows = options.mostRows ?? 1_000_000;
  const stats = { queries: 0, tables: 0, mostAtOnce: 0, lost: 0 };
  const random = createRandom(1);
  let { lostShare = 0 } = options;
  let last: Readonly<Record<string, unknown>> | undefined;
  let atOnce = 0;
  let trouble: Trouble | undefined;
  let troubled: 'queries' | 'tables' | 'all' = 'queries';

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request)) ?? Buffer.alloc(0);
    await pause(options.answerMs ?? 0);
    const path = request.url ?? '';
    const table = /^\/search\/table\/([^/]+)$/.exec(path)?.[1];
    const isQuery = request.method === 'POST' && path === '/search/query';
    if (!isQuery && (request.method !== 'GET' || table === undefined)) {
      reply(response, TROUBLES['not found']);
      return;
    }
    if (isQuery) stats.queries++;
    else stats.tables++;
    const itsTrouble =
      troubled === 'all' || (troubled === 'queries') === isQuery ? trouble : undefined;
    if (itsTrouble !== undefined && (itsTrouble.body !== undefined || !isQuery)) {
      reply(response, itsTrouble);
    } else if (!isAuthorised(request, body.toString())) {
      reply(response, TROUBLES.unauthorized);
    } else if (table !== undefined) {
      describeTable(response, decodeURIComponent(table));
    } else {
      await query(response, body.toString(), itsTrouble);
    }
  }

  function describeTable(response: ServerResponse, table: string): void {
    if (!tables.has(table)) {
      reply(response, denied(table, now()));
      return;
    }
    const object = [...tables.columns(table)].map(([fieldName, type]) => ({ fieldName, type }));
    json(response, 200, { cid: 'c', msg: '', object, status: 0, timestamp: now() });
  }

  async function query(
    response: ServerResponse,
    text: string,
    itsTrouble: Trouble | undefined,
  ): Promise<void> {
    const body = JSON.parse(text) as QueryBody;
    last = { ...body };
    const range = rangeOf(body);
    if (typeof range === 'string') {
      json(response, 400, { error: 'Bad parameters', object: [range] });
      return;
    }
    const mode = body.mode?.type ?? 'json';
    if (!isMode(mode)) {
      json(response, 400, { error: 'Bad parameters', object: ['407 : Mode not valid'] });
      return;
    }
    const parsed = parseLinq(body.query ?? '');
    if (!tables.has(parsed.table)) {
      throw new LinqError(`Unknown table \`${parsed.table}\``, 2_086_000, 'MISSING_RESOURCE');
    }
    const skip = body.offset ?? body.skip ?? 0;
    const most = Math.min(body.limit ?? mostRows, mostRows);
    const run = () => runLinq(parsed, tables.read(parsed.table, range.fromMs, range.untilMs));
    run();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    await waitFor(response, range.untilMs, now);
    if (response.destroyed) return;
    const { columns, rows } = run();
    const tooMany = rows.length > most && body.limit === undefined;
    const late =
      tooMany || itsTrouble?.then === 'error list'
        ? ({ form: 'list', text: 'Internal error' } as const)
        : itsTrouble?.then === 'error object'
          ? ({ form: 'object', text: 'Internal error' } as const)
          : undefined;
    const content = renderAnswer(
      { columns, rows: rows.slice(skip, skip + most) },
      mode,
      now(),
      late,
    );
    if (itsTrouble?.then === 'break') {
      response.write(content.slice(0, -3), () => response.destroy());
    } else if (itsTrouble?.then === 'hang') {
      response.write('    ');
    } else {
      response.end(content);
    }
  }

  const server = createServer((request, response) => {
    atOnce++;
    stats.mostAtOnce = Math.max(stats.mostAtOnce, atOnce);
    response.on('close', () => atOnce--);
    if (atOnce > (options.mostAtOnce ?? 5)) {
      reply(response, { status: 429, body: '' });
      return;
    }
    answer(request, response).catch((error: unknown) => {
      if (error instanceof LinqError) {
        json(response, 500, {
          msg: 'Error Launching Query',
          status: 500,
          timestamp: now(),
          cid: 'c',
          object: ['Error Launching Query', error.message, `${error.number}`, error.kind, 'MANUAL'],
        });
      } else {
        json(response, 400, { error: 'Bad parameters', object: ['400 : Body not valid'] });
      }
    });
  });
  const port = await listen(server, options.port ?? 0);

  return {
    url: `http://127.0.0.1:${port}`,
    accept: (tag, text) => {
      if (random.chance(lostShare)) stats.lost++;
      else tables.accept(tag, text);
    },
    setTrouble: (next, on = 'queries') => {
      trouble = typeof next === 'string' ? TROUBLES[next] : next;
      troubled = on;
    },
    set: ({ lostShare: share = lostShare, ...changed }) => {
      lostShare = share;
      tables.options = { ...tables.options, ...changed };
    },
    stats: () => ({ ...stats, last }),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A query without an end, or with one in the future, is answered when that has come. */
async function waitFor(
  response: ServerResponse,
  untilMs: number,
  now: () => number,
): Promise<void> {
  while (now() < untilMs && !response.destroyed) {
    response.write('    ');
    await pause(BEAT_MS);
  }
}

function rangeOf({
  from,
  to,
  timeUnit,
}: QueryBody): { readonly fromMs: number; readonly untilMs: number } | string {
  if (from === undefined || from === null) return '405 : Date from is required';
  if (typeof from !== 'number') return '406 : Date from not valid format';
  const unitMs = timeUnit === 'MILLISECONDS' ? 1 : 1_000;
  if (to === undefined || to === null) return { fromMs: from * unitMs, untilMs: Infinity };
  if (typeof to !== 'number') return '407 : Date to not valid format';
  if (from > to) return '408 : Date from after date to';
  return { fromMs: from * unitMs, untilMs: to * unitMs };
}

function isAuthorised({ headers }: IncomingMessage, body: string): boolean {
  const { token, key, secret } = QUERY_CREDENTIALS;
  if (headers.authorization === `Bearer ${token}`) return true;
  const timestamp = headers['x-logtrust-timestamp'];
  if (headers['x-logtrust-apikey'] !== key || typeof timestamp !== 'string') return false;
  const signature = createHmac('sha256', secret)
    .update(key + body + timestamp, 'utf8')
    .digest('hex');
  return headers['x-logtrust-sign'] === signature;
}

function denied(table: string, timestamp: number): Trouble {
  const msg = `Access not allowed for table '${table}'`;
  return { status: 403, body: JSON.stringify({ msg, status: 403, timestamp, cid: 'c' }) };
}

function isMode(text: string): text is Mode {
  return MODES.some((mode) => mode === text);
}

function reply(response: ServerResponse, { status, body, headers }: Trouble): void {
  response.writeHead(status, headers ?? {});
  response.end(body ?? '');
}

function json(response: ServerResponse, status: number, content: unknown): void {
  reply(response, {
    status,
    body: JSON.stringify(content),
    headers: { 'Content-Type': 'application/json' },
  });
}
