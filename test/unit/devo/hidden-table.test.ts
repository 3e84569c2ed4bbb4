import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as tcpTable from '../../../src/devo/tcp-table.js';
import { createOutput } from '../../../src/devo/create-output.js';
import type { Authority, CertificateFiles } from './certificates.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { startProxy } from './proxy.js';
import { readAll, startReceiver } from './receiver.js';
import type { Receiver, Visit } from './receiver.js';
import { codeOfRejection, framesOf, SENDING, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/** What this host's kernel shows: everything, nothing, or no connection that has ended. */
const host = vi.hoisted(() => ({ shows: 'all' }));
vi.mock('../../../src/devo/tcp-table.js', async (original) => {
  const actual = await original<typeof tcpTable>();
  const sentStateReader: typeof actual.sentStateReader = (socket) => {
    const look = actual.sentStateReader(socket);
    return async () => {
      const isOver = socket.readableEnded && socket.writableEnded;
      if (host.shows === 'nothing') return { is: 'unreadable', pendingBytes: 0 };
      if (host.shows === 'no ended ones' && isOver) return { is: 'gone', pendingBytes: 0 };
      return await look();
    };
  };
  return {
    ...actual,
    sentStateReader,
    areEndedListed: () => Promise.resolve(host.shows === 'all'),
  };
});

let authority: Authority;
let files: CertificateFiles;
let receiver: Receiver | undefined;
beforeAll(async () => {
  authority = await createAuthority();
  files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
});
afterAll(() => files.remove());
afterEach(async () => {
  host.shows = 'all';
  await receiver?.close();
  receiver = undefined;
});

/** The code a delivery ends with, `delivered` where it does not. */
async function outcome(
  protocol: 'TLS' | 'plain TCP',
  bytes: number,
  onVisit: (visit: Visit) => void,
  closeTimeoutMs = 60_000,
): Promise<string> {
  const isTls = protocol === 'TLS';
  receiver = await startReceiver({ ...(isTls && { identity: await authority.issue() }), onVisit });
  const { port } = receiver;
  const common = { name: 'out', address: '127.0.0.1', port, confirmWaitMs: 20, sending: SENDING };
  const output = createOutput(isTls ? tlsConfig(files, port) : { ...common, type: 'syslog' }, {
    closeTimeoutMs,
  });
  return await codeOfRejection(output.deliver(segmentOf(framesOf(bytes)), unwatched()));
}

describe.each(['TLS', 'plain TCP'] as const)('over %s', (protocol) => {
  // So much fits into the buffers of both kernels.
  it('what nobody reads is not delivered where the kernel does not show what was acknowledged', async () => {
    host.shows = 'nothing';
    const code = await outcome(protocol, 1_000_000, ({ raw }) => raw.pause(), 200);
    expect(code).toBe('DEVO_SEND_TIMEOUT');
  });

  it('an orderly close confirms where the kernel does not show what was acknowledged', async () => {
    host.shows = 'nothing';
    expect(await outcome(protocol, 1_000_000, (visit) => void readAll(visit))).toBe('delivered');
  });

  it('an orderly close confirms where the kernel does not list ended connections', async () => {
    host.shows = 'no ended ones';
    expect(await outcome(protocol, 100_000, (visit) => void readAll(visit))).toBe('delivered');
  });
});

it('an orderly close of a TLS receiver that waits for a FIN confirms there, too', async () => {
  host.shows = 'no ended ones';
  receiver = await startReceiver({
    identity: await authority.issue(),
    onVisit: (visit) => void readAll(visit),
  });
  const proxy = await startProxy(receiver.port, saidAtEnd);
  try {
    const output = createOutput(tlsConfig(files, proxy.port), { closeTimeoutMs: 60_000 });
    const segment = segmentOf(framesOf(100_000));
    expect((await output.deliver(segment, unwatched())).confirmation).toBe('close_notify');
  } finally {
    await proxy.close();
  }
});

/** Keeps back what the server says behind the handshake until the client's FIN is here. */
function saidAtEnd(near: Socket, far: Socket): void {
  let read = 0;
  const kept: Buffer[] = [];
  near.on('data', (chunk: Buffer) => {
    read += chunk.length;
    far.write(chunk);
  });
  far.on('data', (chunk: Buffer) => {
    if (read > 50_000) kept.push(chunk);
    else near.write(chunk);
  });
  near.on('end', () => {
    far.end();
    if (far.readableEnded) near.end(Buffer.concat(kept));
    else far.once('end', () => near.end(Buffer.concat(kept)));
  });
}
