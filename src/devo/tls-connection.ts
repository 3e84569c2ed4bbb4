import { once } from 'node:events';
import { isIP } from 'node:net';
import { checkServerIdentity, connect } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { TlsOutputConfig } from '../config/model.js';
import { certificateReader } from './certificates.js';
import type { Acceptance, Connection } from './connection.js';
import {
  CONNECT_TIMEOUT_MS,
  connectTimeout,
  connectTransport,
  toConnectError,
} from './connection.js';
import { passing, startDeadline } from './deadline.js';
import { closedAtOnce } from './farewell.js';
import { toTlsError } from './tls-errors.js';
import type { Transport } from './transport.js';

/** Least and longest wait for a refusal after the handshake. */
const REFUSAL_MS = { least: 30, most: 500 };

/**
 * Sets up TLS with a client certificate, the server verified against the configured chain and name; when it
 * resolves, no byte of an event has left. Raises `DEVO_CERT_...`, `DEVO_CONNECT_...`, `DEVO_TLS_...` and
 * `DEVO_SEND_REFUSED`.
 */
export function tlsConnector(
  config: TlsOutputConfig,
): (signal: AbortSignal) => Promise<Connection> {
  const certificates = certificateReader(config);
  return async (signal) => await connectTls(config, await certificates(), signal);
}

async function connectTls(
  config: TlsOutputConfig,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<Connection> {
  const peer = `${config.address}:${config.port}`;
  const startMs = performance.now();
  const transport = await connectTransport(config.address, config.port, signal);
  const roundTripMs = performance.now() - startMs;
  const stream = connect({
    socket: transport,
    secureContext,
    host: config.serverName,
    // An IP address is not allowed as a server name, yet is checked against the certificate by `host`.
    servername: isIP(config.serverName) === 0 ? config.serverName : '',
    rejectUnauthorized: true,
    checkServerIdentity: config.verifyHostname ? checkServerIdentity : () => undefined,
  });
  stream.on('error', () => undefined);
  try {
    await handshake(stream, transport, peer, signal);
    const acceptance = watchAcceptance(stream, signal, roundTripMs);
    return { peer, stream, transport, secure: true, acceptance };
  } catch (error) {
    transport.close();
    stream.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

async function handshake(
  stream: TLSSocket,
  transport: Transport,
  peer: string,
  signal: AbortSignal,
): Promise<void> {
  const { signal: deadline, clear } = startDeadline(CONNECT_TIMEOUT_MS, [signal, transport.broken]);
  // Up to here a broken handshake is the network's; from here on all that is left to refuse is the client.
  const progress = { agreedOnKeys: false };
  stream.once('keylog', () => (progress.agreedOnKeys = true));
  try {
    await once(stream, 'secureConnect', { signal: deadline });
  } catch (error) {
    const brokenOff = transport.broken.aborted || transport.finReceived;
    if (brokenOff && progress.agreedOnKeys) {
      throw closedAtOnce(peer, 'broke off the connection');
    }
    if (transport.broken.aborted) throw toConnectError(transport.broken.reason, peer);
    if (deadline.aborted) throw connectTimeout(peer);
    throw toTlsError(error, peer) ?? toConnectError(error, peer);
  } finally {
    clear();
  }
}

/**
 * In TLS 1.3 a client has finished before the server has looked at its certificate, and some servers of
 * TLS 1.2 look late too. Two round trips show a refusal while it can still be told from a broken delivery; in TLS 1.3
 * they count from the server's session ticket, if one comes: it has read the certificate by then, however late it is.
 */
function watchAcceptance(stream: TLSSocket, signal: AbortSignal, roundTripMs: number): Acceptance {
  const { least, most } = REFUSAL_MS;
  const left = new AbortController();
  stream.once('close', () => left.abort());
  const ends = AbortSignal.any([left.signal, signal]);
  const acceptance = { isOver: false, over: watch() };
  acceptance.over.catch(() => undefined);
  return acceptance;

  async function watch(): Promise<void> {
    if (stream.getProtocol() === 'TLSv1.3') {
      await Promise.race([once(stream, 'session', { signal: ends }), passing(most, ends)]);
    }
    await passing(Math.min(most, least + 2 * roundTripMs), ends);
    acceptance.isOver = true;
  }
}
