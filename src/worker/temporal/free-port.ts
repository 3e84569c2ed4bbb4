import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** How many ports after the wanted one are looked at. */
const PORTS_TRIED = 100;

/** `port` if nothing listens on it on 127.0.0.1 (0: any free one); undefined if it is taken. */
export async function freePort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

/** The first free port from `port` on, on 127.0.0.1; undefined if there is none near it. */
export async function nextFreePort(port: number): Promise<number | undefined> {
  for (let tried = port; tried < Math.min(port + PORTS_TRIED, 65_536); tried++) {
    if ((await freePort(tried)) !== undefined) return tried;
  }
  return undefined;
}
