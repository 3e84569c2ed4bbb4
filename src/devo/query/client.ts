import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import PQueue from 'p-queue';
import type { VerifyConfig } from '../../config/model.js';
import { CollectorError } from '../../errors/collector-error.js';
import { startDeadline } from '../deadline.js';
import { codeOf, devoError } from '../errors.js';
import { agentFor } from '../http-output.js';
import type { Column } from './fields.js';
import { readColumns, readRows } from './reply.js';
import type { QueryRows, RawReply } from './reply.js';
import { queryHeaders } from './signing.js';

/** A query over a half-open range of the time at which Devo received the events, in whole seconds. */
export interface Query {
  readonly text: string;
  readonly fromMs: number;
  /** Never later than now: Devo waits for the end of a range. */
  readonly untilMs: number;
}

/** Devo's Query API of one domain. What it raises is a `CollectorError` of `DEVO_QUERY_...`. */
export interface QueryClient {
  /** The columns of a table. */
  columns(table: string, signal: AbortSignal): Promise<readonly Column[]>;
  /** All rows of an answer, or none: an answer that is cut, late, too long or wrong in any way is raised. */
  rows(query: Query, signal: AbortSignal): Promise<QueryRows>;
}

export interface QueryClientOptions {
  /** Longest time for a whole reply. Default 5 min: long ranges of big tables take minutes. */
  readonly timeoutMs?: number;
  /** Wait before the second try, which doubles for the third. Default 2 s. */
  readonly retryWaitMs?: number;
  /** Most rows of an answer; one that has as many counts as cut. Default 100,000. */
  readonly mostRows?: number;
}

const TIMEOUT_MS = 300_000;
const RETRY_WAIT_MS = 2_000;
/** A longer wait is left to whoever asked. */
const MOST_WAIT_MS = 15_000;
const TRIES = 3;
const MOST_ROWS = 100_000;
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/** One query at a time per domain, whoever asks: what Devo allows at once is not documented. */
const turns = new Map<string, PQueue>();

/** Makes the client of an output's `verify`. */
export function createQueryClient(
  { address, credentials }: Pick<VerifyConfig, 'address' | 'credentials'>,
  options: QueryClientOptions = {},
): QueryClient {
  const { timeoutMs = TIMEOUT_MS, retryWaitMs = RETRY_WAIT_MS, mostRows = MOST_ROWS } = options;
  const http = axios.create({
    baseURL: address.replace(/\/search(\/query)?$/, ''),
    httpsAgent: agentFor(address, undefined),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MOST_BODY_BYTES,
    validateStatus: () => true,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
  });
  /** How far Devo's clock is ahead of this host's: a range by a clock that is behind would leave out the latest events. */
  let clockAheadMs: number | undefined;
  const aheadMs = () => clockAheadMs ?? 0;
  const turn = turns.get(address) ?? new PQueue({ concurrency: 1 });
  turns.set(address, turn);

  function bodyOf({ text, fromMs, untilMs }: Query, limit: number): string {
    return JSON.stringify({
      query: text,
      from: Math.floor((fromMs + aheadMs()) / 1_000),
      to: Math.floor((Math.min(untilMs, Date.now()) + aheadMs()) / 1_000),
      limit,
      mode: { type: 'json/compact' },
    });
  }

  async function send(
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<RawReply> {
    const deadline = startDeadline(timeoutMs, [signal]);
    try {
      const { status, data, headers } = await http.request<string>({
        method: body === undefined ? 'get' : 'post',
        url: path,
        ...(body === undefined ? {} : { data: body }),
        signal: deadline.signal,
        headers: {
          Accept: 'application/json',
          'User-Agent': 'cortex-devo',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...queryHeaders(credentials, body ?? '', Date.now() + aheadMs()),
        },
      });
      const itsDate = headers.date as string | undefined;
      const itsNowMs = itsDate === undefined ? NaN : Date.parse(itsDate);
      // Once: ranges that follow each other have to stay adjacent.
      if (Number.isFinite(itsNowMs)) clockAheadMs ??= itsNowMs - Date.now();
      const seconds = Number(headers['retry-after']);
      return {
        status,
        text: withoutSecrets(data, credentials),
        retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw toNetworkError(error, address, deadline.signal.aborted ? timeoutMs : undefined);
    } finally {
      deadline.clear();
    }
  }

  /** Tries again within the turn, so that a domain in trouble is not asked by others meanwhile. */
  async function ask<T>(
    path: string,
    body: string | undefined,
    signal: AbortSignal,
    read: (reply: RawReply) => T,
  ): Promise<T> {
    const asking = async (): Promise<T> => {
      for (let failures = 1; ; failures += 1) {
        try {
          return read(await send(path, body, signal));
        } catch (error) {
          if (!(error instanceof CollectorError) || error.retry === 'never') throw error;
          const waitMs = error.retryAfterMs ?? retryWaitMs * 2 ** (failures - 1);
          if (failures >= TRIES || waitMs > MOST_WAIT_MS) throw error;
          await sleep(waitMs * (1 + Math.random() / 2), undefined, { signal });
        }
      }
    };
    return await turn.add(asking, { signal });
  }

  return {
    columns: async (table, signal) => {
      const about = `the columns of ${table}`;
      const path = `/search/table/${encodeURIComponent(table)}`;
      const described = await ask(path, undefined, signal, (reply) =>
        reply.status === 404 ? undefined : readColumns(reply, about),
      );
      if (described !== undefined) return described;
      // Some tables can be queried and not described.
      const untilMs = Date.now();
      const text = `from ${table} select *`;
      const body = bodyOf({ text, fromMs: untilMs - 3_600_000, untilMs }, 1);
      return await ask('/search/query', body, signal, (reply) => readRows(reply, about).columns);
    },
    rows: async (query, signal) => {
      const about = `the query "${query.text}"`;
      const body = bodyOf(query, mostRows);
      return await ask('/search/query', body, signal, (reply) => {
        const answer = readRows(reply, about);
        if (answer.rows.length < mostRows) return answer;
        throw devoError(
          'DEVO_QUERY_TRUNCATED',
          `${about}: found ${mostRows} rows or more, expected fewer; ask for a shorter range`,
          'never',
        );
      });
    },
  };
}

function withoutSecrets(text: string, credentials: VerifyConfig['credentials']): string {
  const secrets: readonly string[] = Object.values(credentials);
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[redacted]'), text);
}

/** The error of axios holds the credentials: nothing of it but its code and its text goes on. */
function toNetworkError(
  error: unknown,
  address: string,
  timedOutMs: number | undefined,
): CollectorError {
  const found =
    timedOutMs === undefined
      ? [codeOf(error), error instanceof Error ? error.message : undefined]
          .filter(Boolean)
          .join(': ')
      : `nothing whole within ${timedOutMs / 1_000} s`;
  return devoError(
    'DEVO_QUERY_NETWORK',
    `${address}: found no whole reply (${found}), expected one; check verify.address, the proxy and the network`,
    'later',
  );
}
