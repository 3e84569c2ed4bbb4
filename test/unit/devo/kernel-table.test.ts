import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type * as fs from 'node:fs/promises';
import type { SentState } from '../../../src/devo/tcp-table.js';
import { isTableReadable, sentStateReader } from '../../../src/devo/tcp-table.js';
import { startReceiver } from './receiver.js';
import type { Visit } from './receiver.js';

const opening = vi.hoisted(() => ({ fails: false }));
/** Each read of a table from its first row, and what it waits for. */
const reading = vi.hoisted(() => ({ begun: 0, gate: Promise.resolve() }));
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof fs>();
  const open: typeof actual.open = async (...path) => {
    if (opening.fails) throw Object.assign(new Error('no descriptor'), { code: 'EMFILE' });
    const file = await actual.open(...path);
    const read = file.read.bind(file) as (...args: unknown[]) => ReturnType<typeof file.read>;
    const gated = async (...args: unknown[]) => {
      if (args[3] === 0) reading.begun += 1;
      await reading.gate;
      return await read(...args);
    };
    return Object.assign(file, { read: gated });
  };
  return { ...actual, open };
});
beforeAll(async () => {
  await isTableReadable();
});
afterEach(() => {
  opening.fails = false;
});

/** A connection, the receiver's side of it, and a look at what was sent. */
async function connected(): Promise<{
  socket: Socket;
  visit: Visit;
  look: () => Promise<SentState>;
}> {
  let visited: ((visit: Visit) => void) | undefined;
  const visiting = new Promise<Visit>((resolve) => (visited = resolve));
  const receiver = await startReceiver({ onVisit: (visit) => visited?.(visit) });
  const socket = connect({ host: '127.0.0.1', port: receiver.port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(async () => {
    socket.destroy();
    await receiver.close();
  });
  await once(socket, 'connect');
  const look = sentStateReader(socket);
  return { socket, visit: await visiting, look };
}

describe.skipIf(process.platform !== 'linux')("the kernel's word on what was sent", () => {
  it('acknowledged, also where the receiver reads nothing of it, and after an orderly close', async () => {
    const { socket, visit, look } = await connected();
    visit.raw.pause();
    socket.write('event\n');
    await expect.poll(look).toEqual({ is: 'acknowledged', pendingBytes: 0 });
    visit.raw.resume().on('end', () => visit.raw.end());
    socket.resume().end();
    await once(socket, 'end');
    expect((await look()).is).toBe('acknowledged');
  });

  it('pending, where the receiver has no more room', async () => {
    const { socket, visit, look } = await connected();
    visit.raw.pause();
    const bytes = 16 * 1024 * 1024;
    socket.write(Buffer.alloc(bytes));
    await expect.poll(look).toMatchObject({ is: 'pending' });
    const { pendingBytes } = await look();
    expect(pendingBytes).toBeGreaterThan(0);
    expect(pendingBytes).toBeLessThan(bytes);
  });

  it('gone, after a reset', async () => {
    const { socket, visit, look } = await connected();
    expect((await look()).is).toBe('acknowledged');
    visit.raw.resetAndDestroy();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await look()).toEqual({ is: 'gone', pendingBytes: 0 });
  });

  it('unreadable, where the table does not have the connection from the beginning', async () => {
    const { socket } = await connected();
    Object.defineProperty(socket, 'remotePort', { value: 1 });
    const look = sentStateReader(socket);
    expect((await look()).is).toBe('unreadable');
    expect((await look()).is).toBe('unreadable');
  });

  it('is had without a free descriptor', async () => {
    const { look } = await connected();
    opening.fails = true;
    expect((await look()).is).toBe('acknowledged');
    expect(await isTableReadable()).toBe(true);
  });

  it('is asked for once for all that ask while it is being read, and not by that reading', async () => {
    const { look } = await connected();
    await look();
    let open = (): void => undefined;
    reading.gate = new Promise((resolve) => (open = resolve));
    const before = reading.begun;
    const first = look();
    await expect.poll(() => reading.begun).toBe(before + 1);
    const others = [look(), look(), look()];
    open();
    await Promise.all([first, ...others]);
    expect(reading.begun).toBe(before + 2);
  });
});
