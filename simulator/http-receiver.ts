import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';

import { FrameStream, isTag } from './frames.js';
import { readBody } from './net.js';
import type { ReceiverMode } from './receiver-options.js';

export interface HttpSink {
  readonly event: (tag: string, text: string) => void;
  readonly fault: (reason: string) => void;
  readonly bytes: (count: number) => void;
}

/**
 * The token endpoint in stream mode, `POST /stream/<domain>/token!<token>/<host>/<tag>`: one event per line,
 * gzip if the request says so; 200 where all was taken. The server does not listen: it is handed connections.
 */
export function createHttpHandler(options: {
  readonly domain: string;
  readonly token: string;
  readonly mode: () => ReceiverMode;
  readonly sink: HttpSink;
}): Server {
  const { domain, token, sink } = options;

  async function take(request: IncomingMessage): Promise<number> {
    const body = await readBody(request);
    const mode = options.mode();
    if (mode.kind === 'http-status') return mode.status;
    const [, kind, gotDomain, gotToken, host, tag, ...more] = (request.url ?? '').split('/');
    if (request.method !== 'POST' || kind !== 'stream' || more.length > 0) return 404;
    if (gotDomain !== domain || gotToken !== `token!${token}`) return 401;
    if (host === undefined || host === '' || tag === undefined || !isTag(tag)) return 400;
    if (body === undefined) return 413;
    sink.bytes(body.length);
    const lines: string[] = [];
    const faults: string[] = [];
    const stream = new FrameStream({
      line: (text) => void lines.push(text),
      fault: (reason) => void faults.push(reason),
      // The request itself is whole, so its sender was not cut off.
      cut: () => void faults.push('gzip member is not ended'),
    });
    const isGzip = request.headers['content-encoding'] === 'gzip';
    if (isGzip !== (body[0] === 0x1f)) return 400;
    // The line feed after the last event may be left out here.
    stream.write(body);
    if (!isGzip && body.at(-1) !== 0x0a) stream.write(Buffer.from('\n'));
    await stream.end();
    for (const reason of faults) sink.fault(reason);
    for (const line of lines) sink.event(tag, line);
    return 200;
  }

  return createServer((request, response) => {
    take(request)
      .then((status) => response.writeHead(status).end())
      .catch(() => response.destroy());
  });
}
