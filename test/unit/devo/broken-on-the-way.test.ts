import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startProxy } from './proxy.js';
import { readAll, startReceiver } from './receiver.js';
import { framesOf, SENDING, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/** Far behind the handshake, within the segment. */
const BROKEN_AT = 100_000;
const TEXT = framesOf(200_000);

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a byte that is broken on the way, and the alert that follows, cost a second try: %s',
  async (version) => {
    const authority = await createAuthority();
    const files = await writeCertificates(
      authority.cert,
      await authority.issue({ name: 'client' }),
    );
    let read: Promise<Buffer> | undefined;
    const receiver = await startReceiver({
      identity: await authority.issue(),
      version,
      clientChain: authority.cert,
      onVisit: (visit) => {
        read = readAll(visit);
      },
    });
    let visits = 0;
    const proxy = await startProxy(receiver.port, (near: Socket, far: Socket) => {
      visits += 1;
      let passed = visits === 1 ? 0 : Infinity;
      near.on('data', (chunk: Buffer) => {
        const at = BROKEN_AT - passed;
        passed += chunk.length;
        if (at >= 0 && at < chunk.length) chunk[at] = (chunk[at] ?? 0) ^ 1;
        far.write(chunk);
      });
      near.on('end', () => far.end());
      far.on('data', (chunk: Buffer) => near.write(chunk));
      far.on('end', () => near.end());
    });
    const config = tlsConfig(files, proxy.port);
    const output = createOutput({ ...config, sending: { ...SENDING, sendingRetries: 1 } });
    try {
      await output.deliver(segmentOf(TEXT), unwatched());
      expect(visits).toBe(2);
      expect((await read)?.toString()).toBe(TEXT);
    } finally {
      await proxy.close();
      await receiver.close();
      await files.remove();
    }
  },
);
