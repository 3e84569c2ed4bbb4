import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createAuthority } from '../../../simulator/certificates.js';
import type { Authority } from '../../../simulator/certificates.js';
import {
  certificateProblem,
  workerCertificateProblem,
} from '../../../src/worker/temporal/tls-problem.js';

let authority: Authority;
let server: Server;
let address: string;
beforeAll(async () => {
  authority = await createAuthority();
  server = createServer({ ...(await authority.issue()), ALPNProtocols: ['h2'] });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end());
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllEnvs());

const pem = () => new TextEncoder().encode(authority.cert);

it('names a certificate of an unknown authority, and one for another name', async () => {
  expect(await certificateProblem({ address, tls: true })).toMatchObject({
    code: 'TEMPORAL_TLS_UNTRUSTED',
    message: expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE') as string,
  });
  const tls = { serverRootCACertificate: pem(), serverNameOverride: 'other.example' };
  expect(await certificateProblem({ address, tls })).toMatchObject({
    code: 'TEMPORAL_TLS_UNTRUSTED',
    message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string,
  });
});

it('has nothing to say of one that is trusted, nor where there is no TLS', async () => {
  const tls = { serverRootCACertificate: pem() };
  expect(await certificateProblem({ address, tls })).toBeUndefined();
  expect(await certificateProblem({ address })).toBeUndefined();
});

async function workerError(tls: Parameters<typeof NativeConnection.connect>[0]): Promise<unknown> {
  const error: unknown = await NativeConnection.connect({ address, ...tls }).catch(
    (raised: unknown) => raised,
  );
  return workerCertificateProblem(address, error);
}

it('names a system without authorities, which stops workers', async () => {
  vi.stubEnv('SSL_CERT_FILE', '/nonexistent');
  vi.stubEnv('SSL_CERT_DIR', '/nonexistent');
  expect(await workerError({ tls: true })).toMatchObject({ code: 'TEMPORAL_CA_MISSING' });
});

it('names what workers do not trust', async () => {
  const other = new TextEncoder().encode((await createAuthority('Other CA')).cert);
  expect(await workerError({ tls: { serverRootCACertificate: other } })).toMatchObject({
    code: 'TEMPORAL_TLS_UNTRUSTED',
  });
});
