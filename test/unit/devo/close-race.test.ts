import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type * as tcpState from '../../../src/devo/tcp-state.js';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startReceiver } from './receiver.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/** What happens once between a look at the connection and what the output makes of it. */
const afterLook = vi.hoisted(() => ({ act: undefined as (() => Promise<void>) | undefined }));

vi.mock('../../../src/devo/tcp-state.js', async (original) => {
  const actual = await original<typeof tcpState>();
  const tcpStateReader: typeof actual.tcpStateReader = (socket) => {
    const look = actual.tcpStateReader(socket);
    return async () => {
      const found = await look();
      const { act } = afterLook;
      if (act === undefined) return found;
      afterLook.act = undefined;
      // As where this process gets no time from the machine: the FIN is here, and nobody has seen it.
      socket.pause();
      await act();
      while ((await look())?.state !== actual.TCP_STATE.closeWait) await nextTurn();
      setImmediate(() => socket.resume());
      return found;
    };
  };
  return { ...actual, tcpStateReader };
});

it.skipIf(process.platform !== 'linux').each(['TLSv1.2', 'TLSv1.3'] as const)(
  'takes the close of a receiver that was late for a confirmation, also where both ends close at once: %s',
  async (version) => {
    const authority = await createAuthority();
    const files = await writeCertificates(
      authority.cert,
      await authority.issue({ name: 'client' }),
    );
    let visits = 0;
    const receiver = await startReceiver({
      identity: await authority.issue(),
      version,
      clientChain: authority.cert,
      onVisit({ stream }) {
        visits += 1;
        stream.resume().on('end', () => {
          afterLook.act = async () => await new Promise((resolve) => stream.end(resolve));
        });
      },
    });
    const output = createOutput(tlsConfig(files, receiver.port));
    try {
      const segment = segmentOf(framesOf(100_000));
      expect(await codeOfRejection(output.deliver(segment, unwatched()))).toBe('delivered');
      expect(visits).toBe(1);
      expect(afterLook.act).toBeUndefined();
    } finally {
      await receiver.close();
      await files.remove();
    }
  },
);
