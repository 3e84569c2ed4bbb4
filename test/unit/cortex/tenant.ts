import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createCortexClient } from '../../../src/cortex/client.js';
import type { ClientOptions, ListRequest } from '../../../src/cortex/client.js';
import { createLimiter } from '../../../src/cortex/limiter.js';
import type { Identity } from '../devo/certificates.js';

export const API_KEY = 'k3y-that-nobody-may-see';

/** A request as the tenant got it. */
export interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly socket: Socket;
}

export interface Tenant {
  readonly url: string;
  readonly received: Received[];
}

type Answer = (response: ServerResponse, nth: number) => void;

/** A tenant on loopback that answers as told, until the test ends. */
export async function startTenant(answer: Answer, identity?: Identity): Promise<Tenant> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        url: request.url,
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
        socket: request.socket,
      });
      answer(response, received.length);
    });
  };
  const server =
    identity === undefined ? createServer(listener) : createSecureServer(identity, listener);
  // Node's five seconds may pass between two calls on a busy machine, which then have two connections.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, received };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A tenant that always answers with this. */
export async function tenantSaying(body: unknown, status = 200): Promise<Tenant> {
  return await startTenant((response) => {
    sendJson(response, body, status);
  });
}

export function clientOf(options: Partial<ClientOptions> = {}) {
  return createCortexClient({
    credentials: { apiKey: API_KEY, apiKeyId: '7', authType: 'standard' },
    limiter: createLimiter([{ requests: 1_000, periodMs: 1_000 }]),
    proxy: undefined,
    ...options,
  });
}

/** The first page of the incidents of one second. */
export function firstPage(tenant: Tenant, changes: Partial<ListRequest> = {}): ListRequest {
  return {
    apiFqdn: tenant.url,
    path: 'v1/incidents/get_incidents',
    timeField: 'modification_time',
    window: { fromMs: 1_760_000_000_000, toMs: 1_760_000_001_000 },
    offset: 0,
    rowsKey: 'incidents',
    ...changes,
  };
}
