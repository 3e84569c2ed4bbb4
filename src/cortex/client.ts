import axios from 'axios';
import type { Credentials } from '../config/model.js';
import { LIMITS } from '../pull/limits.js';
import type { Priority } from '../pull/receipts.js';
import type { TenantNow } from '../pull/settled.js';
import { formatDuration } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { createAgents } from './agents.js';
import { bodyText } from './body.js';
import { CortexError } from './errors.js';
import { baseUrl } from './host.js';
import { isJsonObject } from './json.js';
import type { JsonObject, JsonValue, ParsedReply } from './json.js';
import type { Limiter } from './limiter.js';
import { networkError } from './network-error.js';
import { isGood, readReply } from './read-reply.js';
import { retryAfterMs } from './retry-after.js';
import { rowsOfReply } from './rows-of-reply.js';
import type { ReplyRows } from './rows-of-reply.js';
import { authHeaders } from './signing.js';
import { createTenantClock } from './tenant-clock.js';
import type { TenantClock } from './tenant-clock.js';
import { redirectTarget } from './web-page.js';

/** From connecting to the last byte: the API takes up to 90 s for a page of alerts with many events. */
const TIMEOUT_MS = 120_000;
/** Far above any page met (100 alerts with events: some MB), and ten of them are held at once. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Live pulls go before backfills in the input's limiter. Default live. */
  readonly priority?: Priority;
  /**
   * `own`: the call has a quota beside that of the input, so a 429 is no reason to slow the other calls.
   * Default `input`.
   */
  readonly quota?: 'input' | 'own';
}

/** One page of a list call: rows `[offset, offset + page size)` of a window, ascending by the time field. */
export interface ListRequest {
  readonly apiFqdn: string;
  /** Under `/public_api/`. */
  readonly path: string;
  readonly timeField: string;
  readonly window: TimeWindow;
  readonly offset: number;
  readonly rowsKey: 'incidents' | 'alerts' | 'data';
}

export interface ListReply extends ReplyRows {
  /** Whether rows may hold exact numbers that only `encodeJson(row, true)` writes. */
  readonly lossless: boolean;
}

/** The API of one input (tenant): signed, limited, errors mapped to the closed set of `errors.ts`. */
export interface CortexClient {
  /** The tenant's clock, as its good replies tell it. */
  readonly clock: TenantClock;
  list(request: ListRequest, options?: CallOptions): Promise<ListReply>;
  /** Any other call: POSTs `{request_data}` and returns `reply`. */
  call(
    apiFqdn: string,
    path: string,
    requestData: JsonObject,
    options?: CallOptions,
  ): Promise<ParsedReply>;
}

export interface RequestReport {
  readonly path: string;
  readonly status: number | 'network';
  /** From the turn to the last byte. */
  readonly elapsedMs: number;
  /** From asking for a turn to getting it. */
  readonly waitedMs: number;
  /** What is known of the tenant's clock by then. */
  readonly tenantNow: TenantNow | undefined;
}

export interface ClientOptions {
  readonly credentials: Credentials;
  readonly limiter: Limiter;
  /** URL of an HTTP proxy; the usual environment variables apply where there is none. */
  readonly proxy: string | undefined;
  /** Longest time for a whole reply, connecting included. Default 120 s. */
  readonly timeoutMs?: number;
  /** Largest body taken, after unpacking. Default 32 MiB. */
  readonly mostBodyBytes?: number;
  readonly onRequest?: (report: RequestReport) => void;
}

/** Makes the client of one input. */
export function createCortexClient(options: ClientOptions): CortexClient {
  const { credentials, limiter } = options;
  const clock = createTenantClock();
  const mostBodyBytes = options.mostBodyBytes ?? MOST_BODY_BYTES;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const agentsFor = createAgents(options.proxy);
  const http = axios.create({
    maxContentLength: mostBodyBytes,
    maxRedirects: 0,
    // axios would unpack in small pieces, parse JSON by itself, and lose what a double cannot hold.
    responseType: 'arraybuffer',
    decompress: false,
    // It would read the environment in its own way.
    proxy: false,
    validateStatus: () => true,
  });

  async function post(
    url: string,
    path: string,
    data: JsonObject,
    { signal, priority = 'live', quota = 'input' }: CallOptions,
  ): Promise<ParsedReply> {
    const askedMs = performance.now();
    const {
      status,
      headers,
      data: body,
    } = await limiter.run(
      async () => {
        const startedMs = performance.now();
        const report = (found: number | 'network') =>
          options.onRequest?.({
            path,
            status: found,
            elapsedMs: performance.now() - startedMs,
            waitedMs: startedMs - askedMs,
            tenantNow: clock.now(),
          });
        const response = await send(url, data, signal).catch((error: unknown) => {
          signal?.throwIfAborted();
          report('network');
          throw failed(error, path);
        });
        // Other refusals may be of a proxy, which has a clock of its own.
        if (isGood(response.status) || response.status === 401)
          clock.saw(response.headers.date, startedMs, performance.now());
        report(response.status);
        return response;
      },
      { priority, kind: path, signal, isUsual: (response) => isGood(response.status) },
    );
    const encoding = headers['content-encoding'] as string | undefined;
    const text = await bodyText(body, encoding, mostBodyBytes).catch((error: unknown) => {
      throw failed(error, path);
    });
    const told = retryAfterMs(headers['retry-after'], Date.now());
    const itsLimiter = quota === 'own' ? undefined : limiter;
    const target = redirectTarget(headers.location, url);
    const reply = { status, text, target, retryAfterMs: told };
    return readReply(reply, path, credentials.apiKey, itsLimiter);
  }

  /** One deadline for all of it: a body that drips would keep any silence short. */
  async function send(url: string, data: JsonObject, signal: AbortSignal | undefined) {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return await http.post<Buffer>(
        url,
        { request_data: data },
        {
          headers: {
            'Content-Type': 'application/json',
            'Accept-Encoding': 'gzip',
            ...authHeaders(credentials, signingTimeMs()),
          },
          ...agentsFor(url),
          signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        },
      );
    } catch (error) {
      if (!deadline.aborted) throw error;
      throw new Error(`not whole within ${formatDuration(timeoutMs)}`, { cause: error });
    }
  }

  /** The tenant judges a signature by its own clock. */
  function signingTimeMs(): number {
    const now = clock.now();
    return now === undefined ? Date.now() : Math.round((now.atLeastMs + now.atMostMs) / 2);
  }

  function failed(error: unknown, path: string): CortexError {
    const { code, message = '' } = error as { code?: string; message?: string };
    if (code !== 'ERR_BUFFER_TOO_LARGE' && !message.startsWith('maxContentLength')) {
      return networkError(error, path, credentials.apiKey);
    }
    return new CortexError(
      'CORTEX_INVALID_REPLY',
      `${path}: found a reply of more than ${mostBodyBytes} bytes, expected a page of some MB`,
      { retry: 'later' },
    );
  }

  async function call(
    apiFqdn: string,
    path: string,
    requestData: JsonObject,
    callOptions: CallOptions = {},
  ): Promise<ParsedReply> {
    const url = `${baseUrl(apiFqdn)}/public_api/${path}/`;
    try {
      return await post(url, path, requestData, callOptions);
    } catch (error) {
      // A signature may have gone stale on the way; signed anew it is refused only if the key is wrong.
      const isSigned = credentials.authType === 'advanced';
      const isStale = error instanceof CortexError && error.code === 'CORTEX_UNAUTHORIZED';
      if (!isSigned || !isStale) throw error;
      return await post(url, path, requestData, callOptions);
    }
  }

  return {
    clock,
    call,
    async list(request, callOptions) {
      const { apiFqdn, path, rowsKey } = request;
      const reply = await call(apiFqdn, path, listBody(request), callOptions);
      const page = rowsOfReply(reply.value, rowsKey, path);
      if (request.offset === 0) refuseMissingRows(page, reply.value, path);
      return { ...page, lossless: reply.lossless };
    },
  };
}

/**
 * A first page without the rows that it counts is no empty window: taken for one, they would be lost. Those that the
 * key may not see are counted too, and named.
 */
function refuseMissingRows({ total, rows }: ReplyRows, reply: JsonValue, path: string): void {
  const restricted = isJsonObject(reply) ? reply.restricted_incident_ids : undefined;
  const mayNotSee = Array.isArray(restricted) && restricted.length > 0;
  if (rows.length > 0 || (total ?? 0) === 0 || mayNotSee) return;
  throw new CortexError(
    'CORTEX_INVALID_REPLY',
    `${path}: found no record on a first page that counts ${total ?? 0}, expected some`,
    { retry: 'later' },
  );
}

/** Filter and sort are always the same field (another sort runs large tenants out of memory); both ends of the page are always sent. */
function listBody({ timeField, window, offset }: ListRequest): JsonObject {
  if (window.fromMs <= 0 || window.fromMs > window.toMs) {
    throw new CortexError(
      'CORTEX_BAD_REQUEST',
      `window: found ${window.fromMs} - ${window.toMs}, expected two ascending times above 0`,
      { retry: 'never' },
    );
  }
  return {
    filters: [
      { field: timeField, operator: 'gte', value: window.fromMs },
      { field: timeField, operator: 'lte', value: window.toMs },
    ],
    search_from: offset,
    search_to: offset + LIMITS.pageRows,
    sort: { field: timeField, keyword: 'asc' },
  };
}
