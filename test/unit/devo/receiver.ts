import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SecureVersion } from 'node:tls';
import type { Identity } from './certificates.js';

/** A receiver's side of one connection: `stream` reads what was sent, `raw` is the TCP socket under it. */
export interface Visit {
  readonly stream: Socket;
  readonly raw: Socket;
}

export interface ReceiverOptions {
  /** Speaks TLS with this certificate; undefined: plain TCP. */
  readonly identity?: Identity | undefined;
  /** Accepts client certificates of this authority alone; Node looks at them after the handshake. */
  readonly clientChain?: string;
  readonly version?: SecureVersion | undefined;
  readonly ciphers?: string;
  readonly onVisit: (visit: Visit) => void;
}

export interface Receiver {
  readonly port: number;
  /** How many connections are open now. */
  connections(): number;
  close(): Promise<void>;
}

/** A server on a free port of this machine that treats each connection as told. */
export function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  return startReceiverAt(0, options);
}

/** The same on a port that is known beforehand. */
export async function startReceiverAt(port: number, options: ReceiverOptions): Promise<Receiver> {
  const { identity, version, ciphers, clientChain, onVisit } = options;
  const open = new Map<number | undefined, Socket>();
  let server: Server;
  if (identity === undefined) {
    server = createServer({ allowHalfOpen: true }, (raw) => onVisit({ stream: raw, raw }));
  } else {
    server = createTlsServer(
      {
        ...identity,
        ...(clientChain !== undefined && { ca: clientChain, requestCert: true }),
        ...(ciphers !== undefined && { ciphers }),
        ...(version !== undefined && { minVersion: version, maxVersion: version }),
      },
      (stream) => {
        // Not before: whoever leaves during the handshake is then gone here, too.
        stream.allowHalfOpen = true;
        stream.on('error', () => undefined);
        const raw = open.get(stream.remotePort);
        if (raw !== undefined) onVisit({ stream, raw });
      },
    );
  }
  server.on('connection', (raw: Socket) => {
    const { remotePort } = raw;
    open.set(remotePort, raw);
    raw.on('error', () => undefined).on('close', () => open.delete(remotePort));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open.size,
    close: async () => {
      for (const socket of open.values()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads to the end, answers with an orderly close, and gives all that was read. */
export function readAll({ stream }: Visit): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      stream.end();
      resolve(Buffer.concat(chunks));
    });
  });
}
