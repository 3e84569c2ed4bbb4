import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

import { listen } from './listen.js';

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
