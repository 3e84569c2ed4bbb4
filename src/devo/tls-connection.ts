import { once } from 'node:events';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkServerIdentity, connect } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { TlsOutputConfig } from '../config/model.js';
import { certificateReader } from './certificates.js';
import type { Connection } from './connection.js';
import {
  CONNECT_TIMEOUT_MS,
  connectTimeout,
  connectTransport,
  toConnectError,
} from './connection.js';
import { startDeadline } from './deadline.js';
import { clientRefused, toTlsError } from './tls-errors.js';
import type { Transport } from './transport.js';

/** Least and longest wait for a refusal after the handshake. */
const REFUSAL_MS = { least: 30, most: 500 };
/** Steps of that wait: where this process stood still it reads what came meanwhile before the next one is over. */
const REFUSAL_STEPS = 8;

/**
 * Sets up TLS with a client certificate, the server verified against the configured chain and name; when it
 * resolves, no byte of an event has left. Raises `DEVO_CERT_...`, `DEVO_CONNECT_...`, `DEVO_TLS_...`.
 *
 * Each connection waits for a refusal of its client certificate, unless the one before it had the same
 * certificates and its delivery was confirmed.
 */
export function tlsConnector(
  config: TlsOutputConfig,
): (signal: AbortSignal) => Promise<Connection> {
  const certificates = certificateReader(config);
  let accepted: SecureContext | undefined;
  return async (signal) => {
    const secureContext = await certificates();
    const isAccepted = secureContext === accepted;
    accepted = undefined;
    const connection = await connectTls(config, secureContext, isAccepted, signal);
    return { ...connection, onConfirmed: () => (accepted = secureContext) };
  };
}

async function connectTls(
  config: TlsOutputConfig,
  secureContext: SecureContext,
  isAccepted: boolean,
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
    if (!isAccepted) await refusal(stream, transport, peer, signal, roundTripMs);
    return { peer, stream, transport, secure: true };
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
      throw clientRefused(peer, 'it broke off the handshake after seeing it');
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
async function refusal(
  stream: TLSSocket,
  transport: Transport,
  peer: string,
  signal: AbortSignal,
  roundTripMs: number,
): Promise<void> {
  const { least, most } = REFUSAL_MS;
  const over = new AbortController();
  const ends = AbortSignal.any([over.signal, signal, transport.broken]);
  stream.resume();
  const passing = async (ms: number) => {
    for (let step = 0; step < REFUSAL_STEPS; step += 1) {
      await sleep(ms / REFUSAL_STEPS, undefined, { signal: ends });
    }
  };
  const accepting = async () => {
    if (stream.getProtocol() === 'TLSv1.3') {
      await Promise.race([once(stream, 'session', { signal: ends }), passing(most)]);
    }
    await passing(Math.min(most, least + 2 * roundTripMs));
  };
  try {
    await Promise.race([
      accepting(),
      once(stream, 'end', { signal: ends }).then(() => {
        throw clientRefused(peer, 'it closed right after the handshake');
      }),
    ]);
  } catch (error) {
    if (transport.broken.aborted) {
      throw clientRefused(peer, 'it reset the connection right after the handshake');
    }
    throw toTlsError(error, peer) ?? error;
  } finally {
    over.abort();
  }
}
