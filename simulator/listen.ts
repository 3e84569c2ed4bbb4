import { once } from 'node:events';
import type { Server } from 'node:net';

/** Makes a server listen on 127.0.0.1 and returns its port; port 0 takes any free one, one taken raises `EADDRINUSE`. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
