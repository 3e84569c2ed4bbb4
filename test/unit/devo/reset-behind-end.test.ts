import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutput } from '../../../src/devo/create-output.js';
import type { Authority, CertificateFiles } from './certificates.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startProxy } from './proxy.js';
import { startReceiver } from './receiver.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

const DELIVERIES = 10;
/** Each has the segment sent again; right behind a handshake that was slow it reads as a refusal. */
const CUT_OFF = ['DEVO_SEND_CLOSED', 'DEVO_SEND_RESET', 'DEVO_SEND_REFUSED'];

let authority: Authority;
let files: CertificateFiles;
beforeAll(async () => {
  authority = await createAuthority();
  files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
});
afterAll(() => files.remove());

/** More than a handshake: what comes behind it is content. */
const HANDSHAKE_BYTES = 16_384;

/**
 * Passes on what a server says; from `afterMs` after the first content on it resets a connection so long behind the next
 * that is said.
 */
function resetting(afterMs: number, behindMs: number, onLate: () => void) {
  return (near: Socket, far: Socket): void => {
    let late = false;
    let sent = 0;
    far.on('data', (chunk: Buffer) => {
      near.write(chunk);
      if (!late) return;
      if (behindMs === 0) near.resetAndDestroy();
      else setTimeout(() => near.resetAndDestroy(), behindMs);
      far.destroy();
    });
    near.on('data', (chunk: Buffer) => {
      const isContent = (sent += chunk.length) > HANDSHAKE_BYTES;
      if (isContent && sent - chunk.length <= HANDSHAKE_BYTES) {
        setTimeout(() => {
          late = true;
          onLate();
        }, afterMs);
      }
      far.write(chunk);
    });
  };
}

// What a receiver does that is told to stop and has not read everything: its kernel had acknowledged all of it. Node
// hands on a reset that comes together with data as an end, on versions whose libuv is older than 2026.
it.each([
  ['TLSv1.2', 200, 0],
  ['TLSv1.2', 1_500, 0],
  ['TLSv1.2', 200, 800],
  ['TLSv1.3', 200, 0],
  ['TLSv1.3', 1_500, 0],
  ['TLSv1.3', 200, 800],
] as const)(
  'never takes a close_notify with a reset behind it for a confirmation: %s, after %i ms, %i ms behind',
  async (version, afterMs, behindMs) => {
    const streams: Duplex[] = [];
    const receiver = await startReceiver({
      identity: await authority.issue(),
      version,
      clientChain: authority.cert,
      onVisit: ({ stream }) => void streams.push(stream.pause()),
    });
    let late = 0;
    // All at once, when each of them is to be reset behind it.
    const end = () => {
      late += 1;
      if (late === DELIVERIES) for (const stream of streams) stream.end();
    };
    const proxy = await startProxy(receiver.port, resetting(afterMs, behindMs, end));
    const output = createOutput(tlsConfig(files, proxy.port));
    try {
      const segment = segmentOf(framesOf(20_000));
      const lane = async () => await codeOfRejection(output.deliver(segment, unwatched()));
      const codes = await Promise.all(Array.from({ length: DELIVERIES }, lane));
      expect(streams).toHaveLength(DELIVERIES);
      // Which of the two is first seen: the receiver's goodbye before the end of what is sent, or the reset.
      expect(codes.filter((code) => !CUT_OFF.includes(code))).toEqual([]);
    } finally {
      await proxy.close();
      await receiver.close();
    }
  },
);
