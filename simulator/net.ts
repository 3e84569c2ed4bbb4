import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** Makes a server listen on 127.0.0.1 and returns its port; port 0 takes any free one, one taken raises `EADDRINUSE`. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Larger requests than this are nobody's: Devo's own limit of an HTTP request. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The whole body of a request; undefined if it is larger than 32 MB or the client left. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
}

/**
 * Keeps a port of 127.0.0.1 on which nobody listens from being handed out to others, by a connection that begins at
 * it; who connects to the port is refused. Returns what lets it go; a server may listen on it before.
 */
export async function reservePort(port: number): Promise<() => void> {
  const server = createServer();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const far = await listen(server, 0);
  const near = connect({
    host: '127.0.0.1',
    port: far,
    localAddress: '127.0.0.1',
    localPort: port,
  });
  const [[other]] = await Promise.all([accepted, once(near, 'connect')]).finally(() =>
    server.close(),
  );
  for (const socket of [near, other]) socket.on('error', () => undefined).unref();
  return () => {
    near.resetAndDestroy();
    other.destroy();
  };
}
