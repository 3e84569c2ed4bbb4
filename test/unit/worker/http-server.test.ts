import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { reservePort } from '../../../simulator/net.js';
import { startHttpServer } from '../../../src/worker/observe/http-server.js';
import type { HttpServer } from '../../../src/worker/observe/http-server.js';

const ANY = { host: '127.0.0.1', port: 0 };
const ROUTES = {
  '/good': () => ({ status: 200, contentType: 'text/plain', body: 'è good' }),
  '/broken': () => Promise.reject(new Error('with MarkedSecret inside')),
};
const open: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(listeners = [ANY]): Promise<readonly string[]> {
  const server = await startHttpServer(listeners, ROUTES);
  open.push(server);
  return server.urls;
}

async function ask(url: string, method = 'GET') {
  const reply = await fetch(url, { method });
  return { status: reply.status, body: await reply.text() };
}

test('answers a path, with or without a query, and HEAD without a body', async () => {
  const [url = ''] = await start();
  expect(await ask(`${url}/good`)).toEqual({ status: 200, body: 'è good' });
  expect(await ask(`${url}/good?x=1`)).toEqual({ status: 200, body: 'è good' });
  expect(await ask(`${url}/good`, 'HEAD')).toEqual({ status: 200, body: '' });
});

test('says what it has to a path or method that it has not, and nothing of what broke', async () => {
  const [url = ''] = await start();
  expect(await ask(`${url}/`)).toEqual({
    status: 404,
    body: 'found no /, expected one of /good, /broken\n',
  });
  expect((await ask(`${url}/good`, 'POST')).status).toBe(405);
  expect(await ask(`${url}/broken`)).toEqual({
    status: 500,
    body: 'this page could not be made\n',
  });
});

test('listens on two addresses', async () => {
  const urls = await start([ANY, ANY]);
  expect(new Set(urls).size).toBe(2);
  for (const url of urls) expect((await ask(`${url}/good`)).status).toBe(200);
});

test('a taken port is HTTP_PORT_IN_USE, and leaves no listener behind', async () => {
  const other = createServer().listen(ANY);
  await once(other, 'listening');
  const free = createServer().listen(ANY);
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  const release = await reservePort(port);
  const taken = { host: '127.0.0.1', port: (other.address() as AddressInfo).port };
  await expect(startHttpServer([{ ...ANY, port }, taken], ROUTES)).rejects.toMatchObject({
    code: 'HTTP_PORT_IN_USE',
    message: expect.stringContaining(`found port ${taken.port} of 127.0.0.1 taken`) as string,
  });
  await expect(fetch(`http://127.0.0.1:${port}/good`)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  });
  release();
  other.close();
});

test('an address of another host is HTTP_LISTEN_FAILED', async () => {
  await expect(startHttpServer([{ host: '192.0.2.1', port: 0 }], ROUTES)).rejects.toMatchObject({
    code: 'HTTP_LISTEN_FAILED',
  });
});
