import { expect, it } from 'vitest';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startReceiver } from './receiver.js';
import { framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

it('one segment stays while the next is sent, and each is confirmed by its own close', async () => {
  const authority = await createAuthority();
  const files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
  const segments = [segmentOf(framesOf(10_000)), segmentOf(framesOf(20_000))] as const;
  const whole = new Set<number>();
  let bothHere: (() => void) | undefined;
  const here = new Promise<void>((resolve) => (bothHere = resolve));
  let ended = 0;
  const receiver = await startReceiver({
    identity: await authority.issue(),
    onVisit: ({ stream }) => {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (segments.some(({ ref }) => ref.bytes === bytes)) whole.add(bytes);
        if (whole.size === 2) bothHere?.();
      });
      stream.on('end', () => {
        ended += 1;
        stream.end();
      });
    },
  });
  const output = createOutput({ ...tlsConfig(files, receiver.port), confirmWaitMs: 10_000 });
  try {
    const [first, second] = segments;
    const one = output.deliver(first, unwatched());
    const two = output.deliver(second, unwatched());
    await here;
    expect(ended).toBe(0);
    const receipts = await Promise.all([one, two]);
    expect(receipts.map(({ bytes }) => bytes)).toEqual([first.ref.bytes, second.ref.bytes]);
    expect(ended).toBe(2);
  } finally {
    await receiver.close();
    await files.remove();
  }
}, 60_000);
