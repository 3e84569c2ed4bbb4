import { afterAll, beforeAll, describe, it } from 'vitest';
import { createAuthority, writeCertificates } from '../unit/devo/certificates.js';
import type { Authority, CertificateFiles } from '../unit/devo/certificates.js';
import { startPeer } from './child.js';
import { front, whyNoFront } from './fronts.js';
import { print, startBackend, tryOut } from './trial.js';

/** Segments of each size; `PEERS=full`, which prints the counts, sends more. */
const COUNT = process.env.PEERS === 'full' ? 20 : 2;
const SIZES = [1_000, 12_000, 60_000];
/** Nobody listens there: the system hands out no port below 1,024. */
const NOBODY = 1;

let authority: Authority;
let files: CertificateFiles;
beforeAll(async () => {
  authority = await createAuthority();
  files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
});
afterAll(() => files.remove());

for (const name of ['nginx', 'haproxy'] as const) {
  const missing = whyNoFront(name);
  if (missing !== undefined) process.stdout.write(`SKIPPED delivery through ${name}: ${missing}\n`);

  describe.skipIf(missing !== undefined).concurrent.each(['TLS', 'plain TCP'] as const)(
    `${name} in front of a receiver, over %s`,
    (protocol) => {
      const isTls = protocol === 'TLS';
      const tls = async () =>
        isTls ? { identity: await authority.issue(), clientChain: authority.cert } : undefined;

      it.for(SIZES)('that is down confirms nothing: %i bytes', async (bytes, { expect }) => {
        const peer = await startPeer(front(name, { tls: await tls(), backendPort: NOBODY }));
        try {
          const trial = await tryOut(peer.port, isTls ? files : undefined, { count: COUNT, bytes });
          print([name, protocol, 'backend down', bytes], trial);
          expect(trial.delivered, JSON.stringify(trial.outcomes)).toBe(0);
        } finally {
          await peer.stop();
        }
      });

      it.for(SIZES)('that is alive confirms what arrived: %i bytes', async (bytes, { expect }) => {
        const backend = await startBackend();
        const { port: backendPort } = backend;
        const peer = await startPeer(front(name, { tls: await tls(), backendPort }));
        try {
          const what = { count: COUNT, bytes, backend };
          const trial = await tryOut(peer.port, isTls ? files : undefined, what);
          print([name, protocol, 'backend alive', bytes], trial);
          expect(trial).toMatchObject({ delivered: COUNT, arrived: COUNT });
        } finally {
          await peer.stop();
          await backend.close();
        }
      });
    },
  );
}
