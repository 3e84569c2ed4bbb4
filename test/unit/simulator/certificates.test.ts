import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../simulator/certificates.js';
import type { Authority, KeyPairPem } from '../../../simulator/certificates.js';

const servers: tls.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function handshake(
  ca: Authority,
  server: KeyPairPem,
  client: KeyPairPem,
): Promise<string | undefined> {
  const listener = tls.createServer(
    { ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.on('error', () => undefined);
      socket.end('hello');
    },
  );
  servers.push(listener);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = tls.connect({ host: '127.0.0.1', port, ca: ca.cert, ...client });
  try {
    await once(socket, 'data');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}

describe('certificates of the simulator', () => {
  it('carry a mutual TLS handshake', async () => {
    const ca = await createAuthority();
    expect(
      await handshake(ca, await ca.issue(), await ca.issue({ name: 'domain' })),
    ).toBeUndefined();
  });

  it('are refused when the server certificate ran out', async () => {
    const ca = await createAuthority();
    const server = await ca.issue({ validToMs: Date.now() - 24 * 3_600_000 });
    expect(await handshake(ca, server, await ca.issue({ name: 'domain' }))).toBe(
      'CERT_HAS_EXPIRED',
    );
  });

  it('are refused for another address than the one dialled', async () => {
    const ca = await createAuthority();
    const server = await ca.issue({ name: 'other.invalid' });
    expect(await handshake(ca, server, await ca.issue({ name: 'domain' }))).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('are refused when another authority signed the server certificate', async () => {
    const ca = await createAuthority();
    const other = await createAuthority('Another CA');
    expect(
      await handshake(ca, await other.issue(), await ca.issue({ name: 'domain' })),
    ).toBeDefined();
  });
});
