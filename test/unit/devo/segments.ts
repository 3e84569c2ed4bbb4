import type { SendingConfig } from '../../../src/config/model.js';
import type { DeliverOptions } from '../../../src/devo/output.js';
import type { SegmentSource } from '../../../src/segments/segment-store.js';
import { frame } from '../../../src/devo/frame.js';

const CHUNK_BYTES = 65_536;

/** No second tries, short time-outs. */
export const SENDING: SendingConfig = {
  connectingRetries: 0,
  connectingInitialWaitMs: 1,
  connectingMaxWaitMs: 2,
  sendingTimeoutMs: 5_000,
  sendingRetries: 0,
  sendingInitialWaitMs: 1,
  sendingMaxWaitMs: 2,
};

/** A segment in memory, given as one from the disk is: each chunk in the place of the one before it. */
export function segmentOf(text: string): SegmentSource {
  const bytes = Buffer.from(text);
  const ref = {
    workflowId: 'collect/x/1/alerts',
    name: 'segment',
    hostQueue: 'q/host/1',
    bytes: bytes.length,
    events: text.split('\n').length - 1,
    crc32: 0,
  };
  return {
    ref,
    // eslint-disable-next-line @typescript-eslint/require-await -- what reads the disk elsewhere waits for it
    async *frames() {
      const place = Buffer.alloc(CHUNK_BYTES);
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const length = bytes.copy(place, 0, at, at + CHUNK_BYTES);
        yield place.subarray(0, length);
        place.fill(0);
      }
    },
  };
}

/** About `bytes` bytes of frames, each of them different. */
export function framesOf(bytes: number, tag = 'edr.cortex_xdr.alerts'): string {
  let text = '';
  for (let id = 0; text.length < bytes; id += 1) {
    text += frame({
      timeText: '2026-01-02T03:04:05.678Z',
      host: 'collector',
      tag,
      json: JSON.stringify({ id, note: `event ${id} `.repeat(id % 20) }),
    });
  }
  return text;
}

/** Options of a delivery that nobody cancels or watches. */
export function unwatched(): DeliverOptions {
  const { signal } = new AbortController();
  return { signal, tries: signal };
}

/** The code of the error a promise ends with, `delivered` where it does not. */
export async function codeOfRejection(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'delivered',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}
