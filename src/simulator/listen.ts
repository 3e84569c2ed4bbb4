import { once } from 'node:events';
import type { Server } from 'node:net';

import { CollectorError } from '../errors/collector-error.js';

/**
 * Makes a server listen on 127.0.0.1 and returns its port; port 0 takes any free one.
 * @throws {CollectorError} SIMULATOR_PORT_IN_USE
 */
export async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    throw new CollectorError(
      'SIMULATOR_PORT_IN_USE',
      `could not listen on 127.0.0.1:${port}; choose another port, or 0 for any free one`,
      { retry: 'never', cause },
    );
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
