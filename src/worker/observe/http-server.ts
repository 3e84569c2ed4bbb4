import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CollectorError } from '../../errors/collector-error.js';

/** What one path answers. */
export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The listening server. */
export interface HttpServer {
  /** `http://host:port` of each listener, with the port that was really taken. */
  readonly urls: readonly string[];
  /** Ends open connections as well. */
  close(): Promise<void>;
}

/**
 * Answers GET and HEAD for a few paths, on one listener or two. Raises `HTTP_PORT_IN_USE` and, for any
 * other trouble with the address, `HTTP_LISTEN_FAILED`.
 */
export async function startHttpServer(
  listeners: readonly { readonly host: string; readonly port: number }[],
  routes: Readonly<Record<string, () => HttpReply | Promise<HttpReply>>>,
): Promise<HttpServer> {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  const urls: string[] = [];
  try {
    for (const { host, port } of listeners) {
      const server = createServer((request, response) => {
        void answer(routes, request, response);
      });
      server.listen({ host, port, exclusive: true });
      await once(server, 'listening').catch((error: unknown) => {
        throw listenError(host, port, error);
      });
      servers.push(server);
      urls.push(`http://${inUrl(host)}:${(server.address() as AddressInfo).port}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { urls, close };
}

async function answer(
  routes: Readonly<Record<string, () => HttpReply | Promise<HttpReply>>>,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = ({ status, contentType, body }: HttpReply) => {
    response.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    response.end(method === 'HEAD' ? undefined : body);
  };
  const path = (url ?? '/').split('?', 1)[0] ?? '/';
  const route = routes[path];
  if (route === undefined) {
    send(text(404, `found no ${path}, expected one of ${Object.keys(routes).join(', ')}`));
  } else if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(text(405, 'expected GET or HEAD'));
  } else {
    try {
      send(await route());
    } catch {
      send(text(500, 'this page could not be made'));
    }
  }
}

function text(status: number, line: string): HttpReply {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function listenError(host: string, port: number, error: unknown): CollectorError {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE'
    ? new CollectorError(
        'HTTP_PORT_IN_USE',
        `found port ${port} of ${host} taken, expected a free one for health and metrics; end what listens there, or set globals.http.port (0: any free one)`,
        { retry: 'never' },
      )
    : new CollectorError(
        'HTTP_LISTEN_FAILED',
        `found no way to listen on ${host}:${port} (${message}), expected an address and a port of this host; correct globals.http`,
        { retry: 'never' },
      );
}

/** IPv6 addresses stand in brackets. */
function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
