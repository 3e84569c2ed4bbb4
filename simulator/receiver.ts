import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer } from 'node:tls';

import type { Book } from './books.js';
import { Connection } from './connection.js';
import { parseFrame } from './frames.js';
import { createHttpHandler } from './http-receiver.js';
import { listen, reservePort } from './net.js';
import { createRandom } from './random.js';
import type {
  ReceiverMode,
  ReceiverOptions,
  ReceiverStats,
  ServerCredentials,
} from './receiver-options.js';
import type { Arrivals } from './reckoning.js';
import { Tally } from './reckoning.js';

/** A simulated Devo endpoint, listening. Its side of a reckoning is `received`. */
export interface Receiver {
  readonly port: number;
  readonly received: Tally;
  /** Changes what it does, open connections included; resolves when it is in force. */
  setMode(mode: ReceiverMode): Promise<void>;
  stats(): ReceiverStats;
  arrivals(book: Book): Arrivals;
  stop(): Promise<void>;
}

/**
 * Starts a receiver on 127.0.0.1. An event read from a connection that is reset later did arrive, so resets
 * rightly lead to duplicates.
 * @throws {Error} `EADDRINUSE` where another process has the port asked for
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const tally = new Tally();
  const random = createRandom(options.seed ?? 1);
  const connections = new Map<Socket, Connection | undefined>();
  const counts = { connections: 0, ended: 0, resets: 0, handshakeErrors: 0, bytes: 0 };
  const eventCounts = { events: 0, endedEvents: 0, brokenEvents: 0 };
  let mode: ReceiverMode = options.mode ?? { kind: 'normal' };

  const accept = (tag: string, text: string): void => {
    eventCounts.events++;
    tally.accept(tag, text);
    options.onEvent?.(tag, text);
  };
  const events = {
    line: (line: string): void => {
      const frame = parseFrame(line);
      if ('fault' in frame) tally.refuse(frame.fault);
      else accept(frame.tag, frame.text);
    },
    fault: (reason: string) => tally.refuse(reason),
    cut: () => tally.cut++,
    bytes: (count: number): void => {
      counts.bytes += count;
    },
    reset: (): void => {
      counts.resets++;
    },
  };
  const open = (raw: Socket, socket: Socket): void => {
    let own = 0;
    let inOrder = false;
    const ownEvents = {
      ...events,
      line: (line: string): void => {
        own++;
        events.line(line);
      },
      ended: (): void => {
        counts.ended++;
        inOrder = true;
      },
    };
    connections.set(raw, new Connection({ raw, socket, mode, random, events: ownEvents }));
    raw.once('close', () => {
      eventCounts[inOrder ? 'endedEvents' : 'brokenEvents'] += own;
    });
  };

  const { transport } = options;
  const tls =
    transport.kind === 'tls' ? tlsServer(transport.credentials, transport.maxVersion) : undefined;
  const rawByPort = new Map<number | undefined, Socket>();
  tls?.on('secureConnection', (socket) => {
    const raw = rawByPort.get(socket.remotePort);
    socket.allowHalfOpen = true;
    if (raw !== undefined) open(raw, socket);
  });
  tls?.on('tlsClientError', () => {
    counts.handshakeErrors++;
  });
  const http =
    transport.kind === 'http'
      ? createHttpHandler({
          domain: transport.domain,
          token: transport.token,
          mode: () => mode,
          sink: { ...events, event: accept },
        })
      : undefined;

  const server: Server = createTcpServer({ allowHalfOpen: true }, (raw) => {
    counts.connections++;
    connections.set(raw, undefined);
    const { remotePort } = raw;
    raw.on('error', () => undefined);
    raw.on('close', () => {
      connections.delete(raw);
      rawByPort.delete(remotePort);
    });
    if (mode.kind === 'refuse') {
      raw.resetAndDestroy();
    } else if (tls !== undefined) {
      rawByPort.set(remotePort, raw);
      // A sender that ends within the handshake will not go on with it; its connection ends, too.
      raw.allowHalfOpen = false;
      tls.emit('connection', raw);
    } else if (http !== undefined) {
      http.emit('connection', raw);
    } else {
      open(raw, raw);
    }
  });
  const port = await listen(server, options.port ?? 0);
  let release: (() => void) | undefined;

  /** Nobody listens then, and nobody else gets the port and answers there. */
  async function refuse(): Promise<void> {
    const closed = closeListener(server);
    resetAll();
    await closed;
    release = await reservePort(port);
  }
  if (mode.kind === 'refuse') await refuse();

  function resetAll(): void {
    for (const [raw, connection] of connections) {
      if (connection === undefined) raw.resetAndDestroy();
      else connection.reset();
    }
  }

  return {
    port,
    received: tally,
    setMode: async (next) => {
      const before = mode;
      mode = next;
      if (next.kind === 'refuse' && before.kind !== 'refuse') {
        await refuse();
      } else if (next.kind !== 'refuse' && before.kind === 'refuse') {
        await listen(server, port);
        release?.();
      }
      for (const connection of connections.values()) connection?.setMode(next);
    },
    stats: () => ({ ...counts, ...eventCounts, open: connections.size }),
    arrivals: (book) => tally.arrivals(book),
    stop: async () => {
      const closed = closeListener(server);
      for (const raw of connections.keys()) raw.destroy();
      release?.();
      await closed;
    },
  };
}

function tlsServer(credentials: ServerCredentials, maxVersion: 'TLSv1.2' | undefined): TlsServer {
  return createTlsServer({
    ca: credentials.chain,
    cert: credentials.cert,
    key: credentials.key,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(maxVersion === undefined ? {} : { maxVersion }),
  });
}

async function closeListener(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => server.close(resolve));
}
