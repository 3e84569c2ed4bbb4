import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios from 'axios';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Credentials } from '../config/model.js';
import { LIMITS } from '../pull/limits.js';
import type { Priority } from '../pull/receipts.js';
import type { TenantNow } from '../pull/settled.js';
import type { TimeWindow } from '../pull/window.js';
import { bodyText } from './body.js';
import { CortexError } from './errors.js';
import { baseUrl } from './host.js';
import type { JsonObject, ParsedReply } from './json.js';
import type { Limiter } from './limiter.js';
import { isGood, readReply } from './read-reply.js';
import { retryAfterMs } from './retry-after.js';
import { rowsOfReply } from './rows-of-reply.js';
import type { ReplyRows } from './rows-of-reply.js';
import { authHeaders } from './signing.js';
import { createTenantClock } from './tenant-clock.js';
import type { TenantClock } from './tenant-clock.js';

/** A page of alerts with many events can take the API this long (peers wait 30 to 120 s). */
const TIMEOUT_MS = 90_000;
/** Far above any page met (100 alerts with events: some MB); keeps a runaway body out of memory. */
const MOST_BODY_BYTES = 256 * 1024 * 1024;

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
  /** Longest silence of the API, connecting included. Default 90 s. */
  readonly timeoutMs?: number;
  /** Largest body taken, after unpacking. Default 256 MiB. */
  readonly mostBodyBytes?: number;
  readonly onRequest?: (report: RequestReport) => void;
}

/** Makes the client of one input. */
export function createCortexClient(options: ClientOptions): CortexClient {
  const { credentials, limiter } = options;
  const clock = createTenantClock();
  const mostBodyBytes = options.mostBodyBytes ?? MOST_BODY_BYTES;
  const http = axios.create({
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    maxContentLength: mostBodyBytes,
    maxRedirects: 0,
    // axios would unpack in small pieces, parse JSON by itself, and lose what a double cannot hold.
    responseType: 'arraybuffer',
    decompress: false,
    validateStatus: () => true,
    ...agents(options.proxy),
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
          throw networkError(error, path, credentials.apiKey);
        });
        // A refusal may be of a proxy, which has a clock of its own.
        if (isGood(response.status)) clock.saw(response.headers.date, startedMs, performance.now());
        report(response.status);
        return response;
      },
      { priority, kind: path, signal, isUsual: (response) => isGood(response.status) },
    );
    const encoding = headers['content-encoding'] as string | undefined;
    const text = await bodyText(body, encoding, mostBodyBytes).catch((error: unknown) => {
      throw networkError(error, path, credentials.apiKey);
    });
    const told = retryAfterMs(headers['retry-after'], Date.now());
    const itsLimiter = quota === 'own' ? undefined : limiter;
    return readReply({ status, text, retryAfterMs: told }, path, credentials.apiKey, itsLimiter);
  }

  async function send(url: string, data: JsonObject, signal: AbortSignal | undefined) {
    return await http.post<Buffer>(
      url,
      { request_data: data },
      {
        headers: {
          'Content-Type': 'application/json',
          'Accept-Encoding': 'gzip',
          ...authHeaders(credentials, Date.now()),
        },
        ...(signal === undefined ? {} : { signal }),
      },
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
      if (!(error instanceof CortexError) || error.code !== 'CORTEX_UNAUTHORIZED') throw error;
      return await post(url, path, requestData, callOptions);
    }
  }

  return {
    clock,
    call,
    async list(request, callOptions) {
      const { apiFqdn, path, rowsKey } = request;
      const reply = await call(apiFqdn, path, listBody(request), callOptions);
      return { ...rowsOfReply(reply.value, rowsKey, path), lossless: reply.lossless };
    },
  };
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

/** Code and text of the error alone: an axios error holds headers and body. */
function networkError(error: unknown, path: string, apiKey: string): CortexError {
  const { code, message } = error as { code?: string; message?: string };
  const found = [code, message].filter(Boolean).join(': ').replaceAll(apiKey, '[redacted]');
  return new CortexError(
    'CORTEX_NETWORK_ERROR',
    `${path}: found no whole reply (${found}), expected one; check api_fqdn, the proxy and the network`,
    { retry: 'later' },
  );
}

/** axios follows the proxy variables of the environment by itself, and tunnels https through them. */
function agents(proxy: string | undefined) {
  const direct = { httpAgent: new HttpAgent({ keepAlive: true }) };
  if (proxy === undefined) return { ...direct, httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const httpsAgent = new HttpsProxyAgent(proxy, { keepAlive: true });
  return { ...direct, httpsAgent, proxy: false } as const;
}
