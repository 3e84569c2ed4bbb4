import type { Duplex } from 'node:stream';
import { connect } from 'node:net';
import type { TcpOutputConfig } from '../config/model.js';
import type { CollectorError } from '../errors/collector-error.js';
import { startDeadline } from './deadline.js';
import { codeOf, devoError } from './errors.js';
import { Transport } from './transport.js';

/** Longest wait for a TCP connection, and again for a TLS handshake. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** A connection that is ready to take frames. */
export interface Connection {
  /** `host:port`, for messages. */
  readonly peer: string;
  /** What takes the frames: the TLS layer, or the transport itself. */
  readonly stream: Duplex;
  readonly transport: Transport;
  readonly secure: boolean;
  readonly acceptance: Acceptance;
}

/** The time in which a peer that has just been connected may still turn out to refuse this client. */
export interface Acceptance {
  readonly isOver: boolean;
  /** Resolves when it is over; rejects where the connection is closed before. */
  readonly over: Promise<void>;
}

/** Without TLS there is nothing to accept. */
const ACCEPTED: Acceptance = { isOver: true, over: Promise.resolve() };

/** Sets up plain TCP, raising what `connectTransport` does. */
export function connectTcp({
  address,
  port,
}: TcpOutputConfig): (signal: AbortSignal) => Promise<Connection> {
  const peer = `${address}:${port}`;
  return async (signal) => {
    const transport = await connectTransport(address, port, signal);
    return { peer, stream: transport, transport, secure: false, acceptance: ACCEPTED };
  };
}

/** Sets up TCP. Raises `DEVO_CONNECT_...` or `DEVO_HOST_UNKNOWN`, or the signal's reason. */
export async function connectTransport(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  const peer = `${address}:${port}`;
  const raw = connect({ host: address, port, allowHalfOpen: true, noDelay: true, keepAlive: true });
  const { signal: deadline, clear } = startDeadline(CONNECT_TIMEOUT_MS, [signal]);
  try {
    await new Promise<void>((resolve, reject) => {
      raw.once('connect', resolve).once('error', reject);
      deadline.addEventListener('abort', () => reject(deadline.reason as Error), { once: true });
    });
  } catch (error) {
    raw.on('error', () => undefined).destroy();
    signal.throwIfAborted();
    throw deadline.aborted ? connectTimeout(peer) : toConnectError(error, peer);
  } finally {
    clear();
  }
  raw.removeAllListeners('error');
  return new Transport(raw);
}

/** The receiver did not answer within `CONNECT_TIMEOUT_MS`. */
export function connectTimeout(peer: string): CollectorError {
  return devoError(
    'DEVO_CONNECT_TIMEOUT',
    `${peer} did not answer within ${CONNECT_TIMEOUT_MS / 1000} s; check address, port and firewall`,
    'later',
  );
}

/** What a failed connection attempt means. */
export function toConnectError(error: unknown, peer: string): CollectorError {
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') {
    return devoError(
      'DEVO_HOST_UNKNOWN',
      `found no address for ${peer} (${code}); check the address and the DNS of this host`,
      'later',
      error,
    );
  }
  if (code === 'ECONNREFUSED') {
    return devoError(
      'DEVO_CONNECT_REFUSED',
      `${peer} refused the connection; check address and port, and that the receiver runs`,
      'later',
      error,
    );
  }
  if (code === 'ETIMEDOUT') return connectTimeout(peer);
  return devoError(
    'DEVO_CONNECT_FAILED',
    `the connection to ${peer} failed (${code ?? String(error)})`,
    'later',
    error,
  );
}
