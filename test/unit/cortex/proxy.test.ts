import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAuthority } from '../devo/certificates.js';
import { clientOf, firstPage, sendJson, startTenant } from './tenant.js';

/** An HTTP proxy that tunnels, or answers CONNECT with a refusal. */
async function startProxy(refusal?: string) {
  const tunnels: string[] = [];
  const logins: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '');
    logins.push(request.headers['proxy-authorization']);
    sockets.add(client);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels, logins };
}

async function startSecureTenant() {
  const identity = await (await createAuthority()).issue({ name: '127.0.0.1' });
  return await startTenant((response) => {
    sendJson(response, { reply: { total_count: 0, incidents: [] } });
  }, identity);
}

/** Removes what the machine itself says about proxies, in both spellings. */
function clearProxyVariables() {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
}

beforeEach(() => {
  clearProxyVariables();
  // The authority of these tests is not among the machine's own.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('https through an http proxy', () => {
  it('is tunnelled where the config names one, over one tunnel for calls that follow each other', async () => {
    const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
    const client = clientOf({ proxy: proxy.url });
    await client.list(firstPage(tenant));
    await client.list(firstPage(tenant));
    expect(proxy.tunnels).toEqual([new URL(tenant.url).host]);
    expect(tenant.received).toHaveLength(2);
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])(
    'is tunnelled where %s names one, over one tunnel too',
    async (name) => {
      const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
      vi.stubEnv(name, proxy.url);
      const client = clientOf();
      await client.list(firstPage(tenant));
      await client.list(firstPage(tenant));
      expect(proxy.tunnels).toEqual([new URL(tenant.url).host]);
      expect(tenant.received).toHaveLength(2);
    },
  );

  it.each(['the config', 'the environment'])(
    'decodes the password that %s gives',
    async (place) => {
      const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
      const url = proxy.url.replace('//', '//user:p%40ss@');
      if (place === 'the environment') vi.stubEnv('HTTPS_PROXY', url);
      await clientOf(place === 'the config' ? { proxy: url } : {}).list(firstPage(tenant));
      const [login = ''] = proxy.logins;
      expect(Buffer.from(login.replace('Basic ', ''), 'base64').toString()).toBe('user:p@ss');
    },
  );

  it('speaks plain HTTP to a proxy that is named without a scheme', async () => {
    const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
    vi.stubEnv('HTTPS_PROXY', proxy.url.replace('http://', ''));
    await clientOf().list(firstPage(tenant));
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('names a kind of proxy that it does not speak to', async () => {
    vi.stubEnv('HTTPS_PROXY', 'socks5://user:pr0xy-password@proxy.example:1080');
    const asked = clientOf().list(firstPage(await startSecureTenant()));
    await expect(asked).rejects.toThrow(/^(?!.*pr0xy-password).*found socks5, expected/s);
  });

  it('says on one line what is wrong where TLS is spoken to a proxy without it', async () => {
    const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
    const asked = clientOf({ proxy: proxy.url.replace('http:', 'https:') }).list(firstPage(tenant));
    await expect(asked).rejects.toThrow(
      /^(?!.*(\n|openssl)).*plain HTTP was spoken where TLS was expected: check scheme and port/s,
    );
  });

  it('is left out for hosts in NO_PROXY', async () => {
    const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy()]);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await clientOf().list(firstPage(tenant));
    expect(proxy.tunnels).toEqual([]);
    expect(tenant.received).toHaveLength(1);
  });

  it.each(['407 Proxy Authentication Required', '502 Bad Gateway'])(
    'fails in a way that may pass, without the password of the proxy: %s',
    async (refusal) => {
      const [tenant, proxy] = await Promise.all([startSecureTenant(), startProxy(refusal)]);
      const url = proxy.url.replace('//', '//user:pr0xy-password@');
      const asked = clientOf({ proxy: url }).list(firstPage(tenant));
      const error: unknown = await asked.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ retry: 'later' });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('pr0xy-password');
      expect(tenant.received).toHaveLength(0);
    },
  );
});

describe('a certificate nobody vouches for', () => {
  it('is refused', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '1');
    const tenant = await startSecureTenant();
    await expect(clientOf().list(firstPage(tenant))).rejects.toMatchObject({
      code: 'CORTEX_NETWORK_ERROR',
      message: expect.stringContaining('set NODE_EXTRA_CA_CERTS to the PEM file') as string,
    });
    expect(tenant.received).toHaveLength(0);
  });
});
