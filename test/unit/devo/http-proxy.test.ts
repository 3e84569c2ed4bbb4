import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpOutputConfig } from '../../../src/config/model.js';
import { createHttpOutput } from '../../../src/devo/http-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import type { CertificateFiles } from './certificates.js';
import { codeOfRejection, framesOf, SENDING, segmentOf, unwatched } from './segments.js';

let files: CertificateFiles;
let servers: Server[] = [];
let requests = 0;
let tunnels: (string | undefined)[] = [];
let config: HttpOutputConfig;
let proxyPort: number;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** An endpoint behind TLS, and a proxy that wants a login on the way to it. */
beforeEach(async () => {
  servers = [];
  requests = 0;
  tunnels = [];
  const authority = await createAuthority();
  const identity = await authority.issue();
  files = await writeCertificates(authority.cert, identity);
  const port = await listening(
    createTlsServer(identity, (request, response) => {
      requests += 1;
      request.resume().on('end', () => response.end('ok'));
    }),
  );
  const proxy = createServer().on('connect', (request, near) => {
    tunnels.push(request.headers['proxy-authorization']);
    const wanted = `Basic ${Buffer.from('me:p@ss:word').toString('base64')}`;
    if (request.headers['proxy-authorization'] !== wanted) {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.write('HTTP/1.1 200 Connection established\r\n\r\n');
    near.pipe(far).pipe(near);
  });
  proxyPort = await listening(proxy);
  config = {
    name: 'http_1',
    type: 'http',
    address: `https://localhost:${port}`,
    domain: 'self',
    token: 'abcdefghijklmnopqrstuvwxyz012345',
    compression: false,
    chain: files.chain,
    sending: SENDING,
  };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers) server.close();
  await files.remove();
});

describe('an http output behind a proxy of the environment', () => {
  it('makes one tunnel for many requests, with a password that is written encoded', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://me:p%40ss%3Aword@127.0.0.1:${proxyPort}`);
    const output = createHttpOutput(config, 2_000);
    await output.deliver(segmentOf(framesOf(20_000)), unwatched());
    expect(requests).toBeGreaterThan(5);
    expect(tunnels).toHaveLength(1);
  });

  it('takes a proxy without a scheme for one that speaks plain HTTP', async () => {
    vi.stubEnv('HTTPS_PROXY', `me:p%40ss%3Aword@127.0.0.1:${proxyPort}`);
    await createHttpOutput(config).deliver(segmentOf(framesOf(1_000)), unwatched());
    expect([requests, tunnels.length]).toEqual([1, 1]);
  });

  it.each(['socks5://127.0.0.1:1080', 'http://'])('says that %s is none', async (proxy) => {
    vi.stubEnv('HTTPS_PROXY', proxy);
    const delivering = createHttpOutput(config).deliver(segmentOf(framesOf(1_000)), unwatched());
    await expect(delivering).rejects.toThrow('HTTPS_PROXY');
    expect(await codeOfRejection(delivering)).toBe('DEVO_CONNECT_FAILED');
  });

  it('goes straight where the environment says so', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://me:p%40ss%3Aword@127.0.0.1:${proxyPort}`);
    vi.stubEnv('NO_PROXY', 'localhost');
    await createHttpOutput(config).deliver(segmentOf(framesOf(1_000)), unwatched());
    expect([requests, tunnels]).toEqual([1, []]);
  });

  it('says that it is the proxy that wants a login', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxyPort}`);
    const delivering = createHttpOutput(config).deliver(segmentOf(framesOf(1_000)), unwatched());
    await expect(delivering).rejects.toThrow('proxy');
    expect(await codeOfRejection(delivering)).toBe('DEVO_HTTP_STATUS');
    expect(requests).toBe(0);
  });
});
