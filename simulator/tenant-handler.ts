import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerControl } from './control.js';
import type { ControlRoute } from './control.js';
import { ENDPOINT_PATHS, createEndpoints } from './endpoints.js';
import { requestData } from './list-call.js';
import { readBody } from './net.js';
import { createRandom } from './random.js';
import { ENDPOINT_NAMES } from './tenant-options.js';
import type { Behaviour, Credentials, EndpointName, Faults } from './tenant-options.js';
import {
  ApiFault,
  SERVER_ERROR_TEXT,
  applyFault,
  drawFault,
  faultReply,
  jsonReply,
  sendReply,
} from './tenant-reply.js';
import type { TenantReply } from './tenant-reply.js';
import { SlidingWindow } from './tenant-stats.js';
import type { RequestCounts } from './tenant-stats.js';
import type { World } from './world.js';

/** An advanced key's signature is good for this long, clock differences included. */
const SIGNATURE_MS = 15 * 60_000;

/**
 * Checks the headers of one request against the tenant's key.
 * @throws {ApiFault} 401 for a wrong key, a wrong id, or a signature that is wrong, old or from the future
 */
export function authorise(
  headers: IncomingHttpHeaders,
  credentials: Credentials,
  nowMs: number,
): void {
  const authorization = headers.authorization ?? '';
  const rightId = headers['x-xdr-auth-id'] === credentials.apiKeyId;
  const expected =
    credentials.authType === 'standard'
      ? credentials.apiKey
      : signature(headers, credentials.apiKey, nowMs);
  if (!rightId || expected === undefined || !sameText(authorization, expected)) {
    throw new ApiFault(401, 'Public API request unauthorized');
  }
}

function signature(
  headers: IncomingHttpHeaders,
  apiKey: string,
  nowMs: number,
): string | undefined {
  const nonce = headers['x-xdr-nonce'];
  const timestamp = headers['x-xdr-timestamp'];
  if (typeof nonce !== 'string' || !/^[A-Za-z0-9]{64}$/.test(nonce)) return undefined;
  if (typeof timestamp !== 'string' || !/^\d{13}$/.test(timestamp)) return undefined;
  if (Math.abs(Number(timestamp) - nowMs) > SIGNATURE_MS) return undefined;
  return createHash('sha256').update(`${apiKey}${nonce}${timestamp}`).digest('hex');
}

function sameText(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)];
  return first.length === second.length && timingSafeEqual(first, second);
}

const PREFIX = '/public_api/';

export interface TenantParts {
  readonly world: World;
  readonly credentials: Credentials;
  readonly counts: RequestCounts;
  /** Read anew for each request. */
  readonly settings: { readonly faults: Faults; readonly behaviour: Behaviour };
  readonly routes: ReadonlyMap<string, ControlRoute>;
}

/** Answers the API's calls and those of the control endpoint. */
export function createTenantHandler(parts: TenantParts): RequestListener {
  const { world, counts, settings } = parts;
  const endpoints = createEndpoints(world);
  const random = createRandom(world.seed + 1);
  const second = new SlidingWindow(1000);
  const minute = new SlidingWindow(60_000);

  function admit(endpoint: EndpointName, nowMs: number): void {
    const { requestsPerSecond, extraDataPerMinute } = settings.behaviour;
    const isExtraData = endpoint === 'get_incident_extra_data';
    const tooFast = requestsPerSecond > 0 && second.count(nowMs) >= requestsPerSecond;
    const tooMany =
      isExtraData && extraDataPerMinute > 0 && minute.count(nowMs) >= extraDataPerMinute;
    if (tooFast || tooMany) throw new ApiFault(429, 'Too many requests');
    second.add(nowMs);
    if (isExtraData) minute.add(nowMs);
  }

  async function answer(
    request: IncomingMessage,
    endpoint: EndpointName | undefined,
    nowMs: number,
  ): Promise<TenantReply> {
    const body = await readBody(request);
    if (request.method !== 'POST') throw new ApiFault(405, 'Method Not Allowed');
    if (!pathOf(request).startsWith(PREFIX)) throw new ApiFault(500, SERVER_ERROR_TEXT);
    if (endpoint === undefined) throw new ApiFault(404, 'Not Found');
    authorise(request.headers, parts.credentials, nowMs);
    const denied = settings.behaviour.denied[endpoint];
    if (denied === 402) throw new ApiFault(402, 'The license does not cover this call');
    if (denied === 403) throw new ApiFault(403, 'Forbidden: the role lacks a permission');
    admit(endpoint, nowMs);
    if (settings.faults.latencyMs > 0) await wait(settings.faults.latencyMs);
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new ApiFault(400, 'Bad Request. Content-Type must be application/json');
    }
    const fault = drawFault(settings.faults, random);
    world.advance();
    const data = requestData(body?.toString('utf8') ?? '');
    const reply = jsonReply(endpoints[endpoint](data, settings.behaviour));
    return fault === undefined ? reply : applyFault(fault, reply, random);
  }

  return (request, response) => {
    const path = pathOf(request);
    if (path.startsWith('/simulator/')) {
      void answerControl(parts.routes, request, response, path);
      return;
    }
    const endpoint = endpointOf(path);
    const nowMs = world.advance();
    counts.arrived(endpoint, nowMs);
    response.setHeader('Date', new Date(nowMs).toUTCString());
    answer(request, endpoint, nowMs)
      .catch(faultReply)
      .then(async (reply) => {
        counts.answered(endpoint, reply.transport === 'reset' ? 0 : reply.status);
        await sendReply(request, response, reply);
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function endpointOf(path: string): EndpointName | undefined {
  const wanted = path.replace(/\/$/, '');
  return ENDPOINT_NAMES.find((name) => wanted === PREFIX + ENDPOINT_PATHS[name]);
}
