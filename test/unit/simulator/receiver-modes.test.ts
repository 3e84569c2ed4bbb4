import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../simulator/certificates.js';
import type { Authority, KeyPairPem } from '../../../simulator/certificates.js';
import { startReceiver } from '../../../simulator/receiver.js';
import type { Receiver } from '../../../simulator/receiver.js';
import type { ReceiverMode, ReceiverOptions } from '../../../simulator/receiver-options.js';
import { startProxy } from './end-proxy.js';

type Kind = 'tls' | 'tcp';
const KINDS: readonly Kind[] = ['tls', 'tcp'];

let authority: Authority;
let serverKeys: KeyPairPem;
let clientKeys: KeyPairPem;
beforeAll(async () => {
  authority = await createAuthority();
  serverKeys = await authority.issue();
  clientKeys = await authority.issue({ name: 'domain' });
});

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(
  kind: Kind,
  mode: ReceiverMode,
  options: Partial<ReceiverOptions> = {},
): Promise<Receiver> {
  const transport: Record<Kind, ReceiverOptions['transport']> = {
    tls: { kind: 'tls', credentials: { chain: authority.cert, ...serverKeys } },
    tcp: { kind: 'tcp' },
  };
  const receiver = await startReceiver({ transport: transport[kind], mode, ...options });
  stops.push(() => receiver.stop());
  return receiver;
}

function open(kind: Kind, port: number): Socket {
  const target = { host: '127.0.0.1', port, allowHalfOpen: true };
  const socket =
    kind === 'tcp' ? connect(target) : connectTls({ ...target, ca: authority.cert, ...clientKeys });
  stops.push(() => Promise.resolve(socket.destroy()));
  return socket;
}

function frames(count: number, padding = ''): string {
  return Array.from(
    { length: count },
    (_, id) =>
      `<14>Jan  1 00:00:00 h edr.cortex_xdr.audit_managements: {"AUDIT_ID":${id},"p":"${padding}","@devo_pulling_id":"1760000000000"}\n`,
  ).join('');
}

const received = (receiver: Receiver): number => receiver.arrivals('audit_managements').received;

describe.each(KINDS)('a receiver over %s', (kind) => {
  it('reads all and answers the end with its own', async () => {
    const receiver = await start(kind, { kind: 'normal' });
    const socket = open(kind, receiver.port).resume();
    socket.end(frames(500));
    await once(socket, 'end');
    expect(received(receiver)).toBe(500);
    expect(receiver.received.malformed.count).toBe(0);
    expect(receiver.stats()).toMatchObject({ ended: 1, resets: 0, events: 500 });
    await expect.poll(() => receiver.stats()).toMatchObject({ endedEvents: 500, brokenEvents: 0 });
  });

  it('counts a sender that ends in mid-event, as one that is killed', async () => {
    const receiver = await start(kind, { kind: 'normal' });
    const socket = open(kind, receiver.port).resume();
    await once(socket, kind === 'tls' ? 'secureConnect' : 'connect');
    socket.write(frames(3).slice(0, -50), () => socket.destroy());
    await expect.poll(() => receiver.stats()).toMatchObject({ ended: 1, open: 0 });
    expect(received(receiver)).toBe(2);
    expect(receiver.received).toMatchObject({ malformed: { count: 0 }, cut: 1 });
  });

  it('reads gzip members', async () => {
    const receiver = await start(kind, { kind: 'normal' });
    const socket = open(kind, receiver.port).resume();
    socket.write(gzipSync(frames(3)));
    socket.end(gzipSync(frames(4)));
    await once(socket, 'end');
    expect(received(receiver)).toBe(7);
  });

  it('resets after so many bytes and counts only what it had read', async () => {
    const receiver = await start(kind, { kind: 'reset', afterBytes: 1000 });
    const socket = open(kind, receiver.port);
    const closed = new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.on('close', resolve);
    });
    socket.resume().write(frames(100));
    await closed;
    const whole = frames(100).slice(0, 1000).split('\n').length - 1;
    expect(received(receiver)).toBe(whole);
    expect(receiver.stats()).toMatchObject({ resets: 1, ended: 0, bytes: 1000 });
    const events = { endedEvents: 0, brokenEvents: whole };
    await expect.poll(() => receiver.stats()).toMatchObject(events);
    expect(receiver.received.malformed.count).toBe(0);
  });

  it('stalls until the mode changes', async () => {
    const receiver = await start(kind, { kind: 'stall' });
    const socket = open(kind, receiver.port).resume();
    socket.end(frames(5));
    await expect.poll(() => receiver.stats().open).toBe(1);
    expect(receiver.stats().bytes).toBe(0);
    await receiver.setMode({ kind: 'normal' });
    await once(socket, 'end');
    expect(received(receiver)).toBe(5);
  });

  it('reads slowly when told to, and then at once', async () => {
    const receiver = await start(kind, { kind: 'slow', bytesPerSecond: 100 });
    const socket = open(kind, receiver.port).resume();
    socket.end(frames(2000, 'x'.repeat(300)));
    await expect.poll(() => received(receiver)).toBeGreaterThan(0);
    expect(received(receiver)).toBeLessThan(2000);
    await receiver.setMode({ kind: 'normal' });
    await once(socket, 'end');
    expect(received(receiver)).toBe(2000);
  });

  it('takes everything and does not close until the mode changes', async () => {
    const receiver = await start(kind, { kind: 'never-close' });
    const socket = open(kind, receiver.port).resume();
    socket.end(frames(5));
    await expect.poll(() => received(receiver)).toBe(5);
    expect(socket.readableEnded).toBe(false);
    expect(receiver.stats()).toMatchObject({ open: 1, ended: 0 });
    await receiver.setMode({ kind: 'normal' });
    await once(socket, 'end');
    expect(receiver.stats().ended).toBe(1);
  });

  it('refuses connections, and listens on the same port again', async () => {
    const receiver = await start(kind, { kind: 'normal' });
    const before = open(kind, receiver.port).resume();
    // Under TLS a bare RST may show as a clean end.
    const broken = new Promise((resolve) => {
      before.on('error', resolve).on('close', resolve).on('end', resolve);
    });
    await once(before, kind === 'tls' ? 'secureConnect' : 'connect');
    await receiver.setMode({ kind: 'refuse' });
    await broken;
    await expect(once(open(kind, receiver.port), 'connect')).rejects.toThrow('ECONNREFUSED');
    await receiver.setMode({ kind: 'normal' });
    const socket = open(kind, receiver.port).resume();
    socket.end(frames(1));
    await once(socket, 'end');
    expect(received(receiver)).toBe(1);
  });

  it('resets at random in a share of the reads', async () => {
    const receiver = await start(kind, { kind: 'random-reset', share: 0.5 });
    for (let number = 0; number < 30; number++) {
      const socket = open(kind, receiver.port).resume();
      const closed = new Promise((resolve) => {
        socket.on('error', () => undefined);
        socket.on('end', () => socket.destroy());
        socket.on('close', resolve);
      });
      socket.end(frames(1));
      await closed;
    }
    const { resets, ended } = receiver.stats();
    expect(resets).toBeGreaterThan(5);
    expect(ended).toBe(30 - resets);
    expect(received(receiver)).toBe(ended);
  });

  it('takes nothing of what lies unread when it resets', async () => {
    const receiver = await start(kind, { kind: 'stall' });
    const socket = open(kind, receiver.port).resume();
    const broken = once(socket, 'error').catch((error: unknown) => error);
    socket.setNoDelay(true);
    // Pieces that end within a frame: what followed a dropped one would look like a faulty frame.
    const text = frames(10);
    for (let at = 0; at < text.length; at += 200) {
      socket.write(text.slice(at, at + 200));
      await delay(5);
    }
    await receiver.setMode({ kind: 'random-reset', share: 1 });
    await broken;
    expect(receiver.stats()).toMatchObject({ resets: 1, bytes: 0 });
  });
});

describe('under TLS', () => {
  async function endThrough(
    mode: ReceiverMode,
  ): Promise<{ outcome: 'fin' | 'rst'; bytes: number }> {
    const receiver = await start('tls', mode, {
      transport: {
        kind: 'tls',
        credentials: { chain: authority.cert, ...serverKeys },
        maxVersion: 'TLSv1.2',
      },
    });
    const proxy = await startProxy(receiver.port);
    stops.push(() => proxy.stop());
    const socket = open('tls', proxy.port).resume();
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    const before = proxy.fromReceiver();
    socket.end(frames(20));
    const outcome = await proxy.outcome;
    return { outcome, bytes: proxy.fromReceiver() - before };
  }

  it('an orderly end is a close_notify and a FIN', async () => {
    const { outcome, bytes } = await endThrough({ kind: 'normal' });
    expect(outcome).toBe('fin');
    expect(bytes).toBeGreaterThan(0);
  });

  it('a bare FIN has no close_notify before it', async () => {
    expect(await endThrough({ kind: 'fin' })).toEqual({ outcome: 'fin', bytes: 0 });
  });

  it('a reset is a RST', async () => {
    const { outcome } = await endThrough({ kind: 'reset', afterBytes: 100 });
    expect(outcome).toBe('rst');
  });

  it.each([
    ['says a word', Buffer.alloc(0)],
    // The first bytes of a ClientHello.
    ['has said all', Buffer.from([22, 3, 1, 2, 0, 1])],
  ])('a sender that goes before it %s of the handshake leaves no connection', async (_, said) => {
    const receiver = await start('tls', { kind: 'stall' });
    const socket = connect({ host: '127.0.0.1', port: receiver.port });
    await once(socket, 'connect');
    socket.write(said);
    await expect.poll(() => receiver.stats().open).toBe(1);
    socket.destroy();
    await expect.poll(() => receiver.stats()).toMatchObject({ open: 0, handshakeErrors: 1 });
  });

  it('a sender without a certificate of the chain gets no further than the handshake', async () => {
    const receiver = await start('tls', { kind: 'normal' });
    const stranger = await (await createAuthority('Another CA')).issue({ name: 'domain' });
    for (const keys of [{}, stranger]) {
      const socket = connectTls({
        host: '127.0.0.1',
        port: receiver.port,
        ca: authority.cert,
        ...keys,
      });
      const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
      socket.resume().end(frames(1));
      await closed;
    }
    await expect.poll(() => receiver.stats().handshakeErrors).toBe(2);
    expect(received(receiver)).toBe(0);
  });
});
