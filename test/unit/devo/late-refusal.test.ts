import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startProxy } from './proxy.js';
import { startReceiver } from './receiver.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/** Longer than the wait for a refusal by round trips alone. */
const LATE_MS = 150;

/** Hands on what a client says with a delay, in its order, and what the server says at once. */
function delayed(near: Socket, far: Socket): void {
  near.on('data', (chunk: Buffer) => setTimeout(() => far.write(chunk), LATE_MS));
  near.on('end', () => setTimeout(() => far.end(), LATE_MS));
  far.on('data', (chunk: Buffer) => near.write(chunk));
  far.on('end', () => near.end());
}

it('a small segment to a receiver that refuses the client certificate late, and without an alert, is not delivered', async () => {
  const authority = await createAuthority();
  const stranger = await createAuthority('stranger');
  const files = await writeCertificates(authority.cert, await stranger.issue({ name: 'client' }));
  const visits: unknown[] = [];
  const receiver = await startReceiver({
    identity: await authority.issue(),
    version: 'TLSv1.3',
    clientChain: authority.cert,
    onVisit: (visit) => visits.push(visit),
  });
  const proxy = await startProxy(receiver.port, delayed);
  const output = createOutput(tlsConfig(files, proxy.port));
  try {
    const segment = segmentOf(framesOf(1_000));
    expect(await codeOfRejection(output.deliver(segment, unwatched()))).toBe('DEVO_SEND_REFUSED');
    expect(visits).toEqual([]);
  } finally {
    await proxy.close();
    await receiver.close();
    await files.remove();
  }
});
