import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A TCP proxy on this machine. */
export interface Proxy {
  readonly port: number;
  close(): Promise<unknown>;
}

/** Takes connections for the server on `port`; `wire` says what goes from `near`, the client, to `far` and back. */
export async function startProxy(
  port: number,
  wire: (near: Socket, far: Socket) => void,
): Promise<Proxy> {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    wire(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => await new Promise((resolve) => server.close(resolve)),
  };
}
