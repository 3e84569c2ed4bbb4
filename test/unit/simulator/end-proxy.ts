import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** How a receiver ends the TCP connection under TLS. */
export interface EndProxy {
  readonly port: number;
  /** Bytes that the receiver sent. */
  readonly fromReceiver: () => number;
  readonly outcome: Promise<'fin' | 'rst'>;
  stop(): Promise<unknown>;
}

/** A proxy that shows what the receiver does to the TCP connection under TLS. */
export async function startProxy(port: number): Promise<EndProxy> {
  let bytes = 0;
  let settle: (outcome: 'fin' | 'rst') => void;
  const outcome = new Promise<'fin' | 'rst'>((resolve) => (settle = resolve));
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    near.on('error', () => undefined);
    far.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') settle('rst');
      near.destroy();
    });
    far.on('data', (chunk: Buffer) => (bytes += chunk.length));
    far.on('end', () => settle('fin'));
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    fromReceiver: () => bytes,
    outcome,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
