import { Readable } from 'node:stream';
import type { SendingConfig } from '../config/model.js';
import type { Connection } from './connection.js';
import { sendConfirmed } from './farewell.js';
import { gzipMembers } from './gzip-members.js';
import type { Output } from './output.js';
import { connectingPlan, retrying, sendingPlan } from './retrying.js';

/**
 * Sending timeouts in a row without any progress after which a peer counts as stalled (30 s by Devo's
 * default of 5 s): a kernel with large buffers reports the progress of a slow reader in bursts seconds apart.
 */
const STALL_TIMEOUTS = 6;

export interface SocketOutputOptions {
  readonly name: string;
  readonly type: string;
  readonly sending: SendingConfig;
  readonly compression: boolean;
  /** How long a peer that has everything must keep the connection open before the goodbye. */
  readonly confirmWaitMs: number;
  /** How long a peer that has everything may take to close. */
  readonly closeTimeoutMs: number;
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
}

/**
 * An output that opens a connection for each segment and has it confirmed by the peer's close. What a
 * broken connection had carried is sent again from the segment's start.
 */
export function createSocketOutput(options: SocketOutputOptions): Output {
  const { name, type, sending, confirmWaitMs, closeTimeoutMs } = options;
  const stallMs = sending.sendingTimeoutMs * STALL_TIMEOUTS;
  return {
    name,
    type,
    async deliver(source, { signal, tries }) {
      const startMs = performance.now();
      const confirmation = await retrying(sendingPlan(sending), tries, async () => {
        const connection = await retrying(connectingPlan(sending), tries, () =>
          options.connect(signal),
        );
        const frames = source.frames();
        const chunks = options.compression ? gzipMembers(frames) : frames;
        return await sendConfirmed(connection, chunks, {
          signal,
          stallMs,
          confirmWaitMs,
          closeTimeoutMs,
        });
      });
      const { events, bytes } = source.ref;
      const elapsedMs = Math.round(performance.now() - startMs);
      return { output: name, events, bytes, confirmation, elapsedMs };
    },
    async check(signal) {
      const connection = await options.connect(signal);
      const nothing = Readable.from([]);
      await sendConfirmed(connection, nothing, {
        signal,
        stallMs,
        confirmWaitMs: 0,
        closeTimeoutMs: 0,
      });
    },
  };
}
