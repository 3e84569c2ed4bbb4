import { Readable } from 'node:stream';
import type { TcpOutputConfig, TlsOutputConfig } from '../config/model.js';
import { connectTcp } from './connection.js';
import { sendConfirmed } from './farewell.js';
import { gzipMembers } from './gzip-members.js';
import type { Output } from './output.js';
import { connectingPlan, retrying, sendingPlan } from './retrying.js';
import { tlsConnector } from './tls-connection.js';

/**
 * Sending timeouts in a row without any progress after which a peer counts as stalled (30 s by Devo's
 * default of 5 s): a kernel with large buffers reports the progress of a slow reader in bursts seconds apart.
 */
const STALL_TIMEOUTS = 6;

/**
 * Devo's platform or a relay in front of it over TLS with a client certificate, or a relay inside the network or any
 * syslog server over plain TCP. It opens a connection for each segment and has it confirmed by the peer's close within
 * `closeTimeoutMs`. What a broken connection had carried is sent again from the segment's start.
 */
export function createSocketOutput(
  config: TlsOutputConfig | TcpOutputConfig,
  closeTimeoutMs: number,
): Output {
  const { name, type, sending, confirmWaitMs } = config;
  const stallMs = sending.sendingTimeoutMs * STALL_TIMEOUTS;
  const connect = 'cert' in config ? tlsConnector(config) : connectTcp(config);
  const isCompressed = 'compression' in config && config.compression;
  return {
    name,
    type,
    async deliver(source, { signal, tries }) {
      const startMs = performance.now();
      const confirmation = await retrying(sendingPlan(sending), tries, async () => {
        const connection = await retrying(connectingPlan(sending), tries, () => connect(signal));
        const frames = source.frames();
        const chunks = isCompressed ? gzipMembers(frames) : frames;
        const times = { stallMs, confirmWaitMs, closeTimeoutMs };
        return await sendConfirmed(connection, chunks, { signal, ...times });
      });
      const { events, bytes } = source.ref;
      const elapsedMs = Math.round(performance.now() - startMs);
      return { output: name, events, bytes, confirmation, elapsedMs };
    },
    async check(signal) {
      const times = { stallMs, confirmWaitMs: 0, closeTimeoutMs: 0 };
      await sendConfirmed(await connect(signal), Readable.from([]), { signal, ...times });
    },
  };
}
