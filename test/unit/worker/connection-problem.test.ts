import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { connectionProblem } from '../../../src/worker/temporal/connection-problem.js';

it('has nothing to say where something listens', async () => {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    expect(await connectionProblem(`127.0.0.1:${port}`)).toBeUndefined();
  } finally {
    server.close();
  }
});

it('tells a refusal where nothing listens', async () => {
  expect(await connectionProblem('127.0.0.1:1')).toBe('connection refused');
});

it('tells what is no address', async () => {
  expect(await connectionProblem('no address')).toBe('not a host and port');
});
