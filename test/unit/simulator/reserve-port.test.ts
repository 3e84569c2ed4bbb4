import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listen, reservePort } from '../../../simulator/net.js';
import { startReceiver } from '../../../simulator/receiver.js';
import { freePort } from '../../../src/worker/temporal/free-port.js';

/**
 * Whether a socket of this machine has the port as its own: those get no port anew that ask for any free one. What
 * waits out its time after a close (state 06) keeps nobody from it.
 */
function isTaken(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`^ *\\d+: 0100007F:${hex} [0-9A-F:]+ (?!06)`, 'm');
  return row.test(readFileSync('/proc/net/tcp', 'utf8'));
}

it.skipIf(process.platform !== 'linux')(
  'a reserved port refuses, is taken, and can be listened on again',
  async () => {
    const port = (await freePort(0)) ?? 0;
    expect(isTaken(port)).toBe(false);
    const release = await reservePort(port);
    expect(isTaken(port)).toBe(true);
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    const server = createServer();
    expect(await listen(server, port)).toBe(port);
    release();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    server.close();
  },
);

it.skipIf(process.platform !== 'linux')('a receiver that refuses keeps its port', async () => {
  const receiver = await startReceiver({ transport: { kind: 'tcp' }, mode: { kind: 'refuse' } });
  expect(isTaken(receiver.port)).toBe(true);
  await receiver.setMode({ kind: 'normal' });
  await receiver.setMode({ kind: 'refuse' });
  expect(isTaken(receiver.port)).toBe(true);
  await receiver.stop();
});
