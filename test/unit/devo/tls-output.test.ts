import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TlsOutputConfig } from '../../../src/config/model.js';
import { createOutput } from '../../../src/devo/create-output.js';
import { toTlsError } from '../../../src/devo/tls-errors.js';
import { reservePort } from '../../../simulator/net.js';
import type { Authority, CertificateFiles, Identity } from './certificates.js';
import { createAuthority, writeCertificates } from './certificates.js';
import type { Receiver, Visit } from './receiver.js';
import { readAll, startReceiver, startReceiverAt } from './receiver.js';
import { codeOfRejection, framesOf, SENDING, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

const DAY_MS = 86_400_000;
const TEXT = framesOf(200_000);
const SEGMENT = segmentOf(TEXT);

let authority: Authority;
let client: Identity;
let files: CertificateFiles | undefined;
let receiver: Receiver | undefined;
let reads: Promise<Buffer>[] = [];
let arrived = 0;

beforeAll(async () => {
  authority = await createAuthority();
  client = await authority.issue({ name: 'client' });
});

afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
  reads = [];
  arrived = 0;
  await files?.remove();
  files = undefined;
});

/** Reads to the end, counting the bytes as they come: a connection that is cut has no end. */
function read(visit: Visit): void {
  visit.stream.on('data', (chunk: Buffer) => (arrived += chunk.length));
  reads.push(readAll(visit));
}

/** A receiver with this certificate, and the config of an output that sends to it. */
async function configTo(
  identity: Identity,
  version?: 'TLSv1.2' | 'TLSv1.3',
): Promise<TlsOutputConfig> {
  await files?.remove();
  files = await writeCertificates(authority.cert, client);
  receiver = await startReceiver({
    identity,
    version,
    clientChain: authority.cert,
    onVisit: read,
  });
  return tlsConfig(files, receiver.port);
}

/** The code a delivery ends with, and the bytes of events that arrived. */
async function outcome(config: TlsOutputConfig): Promise<{ code: string; arrived: number }> {
  const code = await codeOfRejection(createOutput(config).deliver(SEGMENT, unwatched()));
  // What the output has sent until it gave up is still to be read.
  await expect.poll(() => receiver?.connections()).toBe(0);
  await receiver?.close();
  return { code, arrived };
}

/** Resolves when a connection that begins from now on is refused. */
async function nextRefusal(): Promise<void> {
  await new Promise<void>((resolve) => {
    const onSocket = (message: unknown) => {
      (message as { readonly socket: Socket }).socket.once('error', () => resolve());
    };
    subscribe('net.client.socket', onSocket);
    onTestFinished(() => void unsubscribe('net.client.socket', onSocket));
  });
}

describe('a server that is not the right one gets no byte of an event', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('an impostor, %s', async (version) => {
    const impostor = await createAuthority('impostor');
    const config = await configTo(await impostor.issue(), version);
    expect(await outcome(config)).toEqual({ code: 'DEVO_TLS_UNTRUSTED', arrived: 0 });
  });

  it('one whose certificate has run out, or is not valid yet', async () => {
    const expired = await authority.issue({
      validFromMs: Date.now() - 2 * DAY_MS,
      validToMs: Date.now() - DAY_MS,
    });
    expect(await outcome(await configTo(expired))).toEqual({
      code: 'DEVO_TLS_EXPIRED',
      arrived: 0,
    });
    const early = await authority.issue({ validFromMs: Date.now() + DAY_MS / 2 });
    expect(await outcome(await configTo(early))).toMatchObject({ code: 'DEVO_TLS_EXPIRED' });
  });

  it('one of another name', async () => {
    const config = await configTo(await authority.issue({ name: 'elsewhere.example' }));
    expect(await outcome(config)).toEqual({ code: 'DEVO_TLS_HOSTNAME', arrived: 0 });
  });

  it('one that speaks no TLS', async () => {
    const config = await configTo(await authority.issue());
    await receiver?.close();
    receiver = await startReceiver({ onVisit: ({ raw }) => raw.write('220 hello\r\n') });
    expect(
      await codeOfRejection(
        createOutput({ ...config, port: receiver.port }).deliver(SEGMENT, unwatched()),
      ),
    ).toBe('DEVO_TLS_FAILED');
  });
});

describe('names', () => {
  it('verify_hostname: false relaxes the name', async () => {
    const config = await configTo(await authority.issue({ name: 'elsewhere.example' }));
    const relaxed = createOutput({ ...config, verifyHostname: false });
    expect(await codeOfRejection(relaxed.deliver(SEGMENT, unwatched()))).toBe('delivered');
  });

  it('verify_hostname: false relaxes nothing but the name', async () => {
    const impostor = await createAuthority('impostor');
    const config = await configTo(await impostor.issue());
    expect(await outcome({ ...config, verifyHostname: false })).toMatchObject({
      code: 'DEVO_TLS_UNTRUSTED',
    });
  });

  it('an IP address is checked against the addresses of the certificate', async () => {
    const right = await configTo(await authority.issue({ name: '127.0.0.1' }));
    const good = createOutput({ ...right, serverName: '127.0.0.1' });
    expect(await codeOfRejection(good.deliver(SEGMENT, unwatched()))).toBe('delivered');
    await receiver?.close();
    const wrong = await configTo(await authority.issue({ name: '127.0.0.2' }));
    expect(await outcome({ ...wrong, serverName: '127.0.0.1' })).toMatchObject({
      code: 'DEVO_TLS_HOSTNAME',
    });
  });
});

describe('the client certificate', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of another authority is refused, %s',
    async (version) => {
      const config = await configTo(await authority.issue(), version);
      const stranger = await createAuthority('stranger');
      await files?.replace(authority.cert, await stranger.issue({ name: 'client' }));
      expect(await outcome(config)).toEqual({ code: 'DEVO_SEND_REFUSED', arrived: 0 });
    },
  );

  it.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
  ])('is what the alert %s speaks of', (code) => {
    const error = Object.assign(new Error('alert'), { code });
    expect(toTlsError(error, 'devo:443')?.code).toBe('DEVO_TLS_CLIENT_REFUSED');
  });

  it('is refused by name after deliveries with another one were confirmed, and again', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const code = async () => await codeOfRejection(output.deliver(SEGMENT, unwatched()));
    expect(await code()).toBe('delivered');
    expect(await code()).toBe('delivered');
    const stranger = await createAuthority('stranger');
    await files?.replace(authority.cert, await stranger.issue({ name: 'client' }));
    expect([await code(), await code()]).toEqual(['DEVO_SEND_REFUSED', 'DEVO_SEND_REFUSED']);
  });

  it('that the receiver stops to accept is refused by name', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const code = async () => await codeOfRejection(output.deliver(SEGMENT, unwatched()));
    expect(await code()).toBe('delivered');
    const { port } = config;
    const stranger = await createAuthority('stranger');
    const identity = await authority.issue();
    await receiver?.close();
    receiver = await startReceiverAt(port, {
      identity,
      clientChain: stranger.cert,
      onVisit: read,
    });
    expect(await code()).toBe('DEVO_SEND_REFUSED');
  });

  it('that is replaced counts from the next delivery on', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const stranger = await createAuthority('stranger');
    await files?.replace(authority.cert, await stranger.issue({ name: 'client' }));
    expect(await codeOfRejection(output.deliver(SEGMENT, unwatched()))).toBe('DEVO_SEND_REFUSED');
    await files?.replace(authority.cert, client);
    expect(await codeOfRejection(output.deliver(SEGMENT, unwatched()))).toBe('delivered');
  });

  it('is checked before anything is connected: missing, no PEM, of another key, run out', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const code = () => codeOfRejection(output.check(unwatched().signal));
    await rm(config.key);
    expect(await code()).toBe('DEVO_CERT_MISSING');
    await writeFile(config.key, (await authority.issue()).key);
    expect(await code()).toBe('DEVO_CERT_UNREADABLE');
    await files?.replace('no certificate', client);
    expect(await code()).toBe('DEVO_CERT_UNREADABLE');
    const old = await authority.issue({ validFromMs: 0, validToMs: Date.now() - DAY_MS });
    await files?.replace(authority.cert, old);
    expect(await code()).toBe('DEVO_CERT_EXPIRED');
    expect(reads).toHaveLength(0);
  });

  it('never shows in an error', async () => {
    const config = await configTo(await authority.issue());
    await writeFile(config.key, 'PRIVATE-TEXT');
    const error: unknown = await createOutput(config)
      .check(unwatched().signal)
      .catch((each: unknown) => each);
    expect(String(error)).not.toContain('PRIVATE-TEXT');
  });
});

describe('connecting', () => {
  it('to a port where nobody listens is refused', async () => {
    const config = await configTo(await authority.issue());
    // The system hands out no port below 1,024, so that nobody gets this one by chance.
    expect(await outcome({ ...config, port: 1 })).toMatchObject({ code: 'DEVO_CONNECT_REFUSED' });
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN'])(
    'to a name that is not resolved is told: %s',
    async (code) => {
      const config = await configTo(await authority.issue());
      // The machine's own DNS may take longer than the output waits.
      const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
        _name: string,
        _options: unknown,
        callback: (error: Error) => void,
      ) => {
        setImmediate(callback, Object.assign(new Error(code), { code }));
      }) as typeof dns.lookup);
      onTestFinished(() => lookup.mockRestore());
      expect(await outcome({ ...config, address: 'devo.invalid' })).toMatchObject({
        code: 'DEVO_HOST_UNKNOWN',
      });
      expect(lookup.mock.calls.map(([name]) => name)).toEqual(['devo.invalid']);
    },
  );

  it('is tried again as configured', async () => {
    const config = await configTo(await authority.issue());
    const identity = await authority.issue();
    const { port } = config;
    await receiver?.close();
    const release = await reservePort(port);
    const sending = {
      ...SENDING,
      connectingRetries: 100,
      connectingInitialWaitMs: 50,
      connectingMaxWaitMs: 50,
    };
    const refused = nextRefusal();
    const running = createOutput({ ...config, sending }).deliver(SEGMENT, unwatched());
    const listening = refused.then(async () => {
      receiver = await startReceiverAt(port, { identity, onVisit: read });
      release();
    });
    const [{ confirmation }] = await Promise.all([running, listening]);
    expect(confirmation).toBe('close_notify');
  });

  it('alone is a check: no event is sent', async () => {
    const config = await configTo(await authority.issue());
    await createOutput(config).check(unwatched().signal);
    // The receiver may see the end of the handshake after the output does.
    await expect.poll(() => reads.length).toBe(1);
    expect((await Promise.all(reads)).map((bytes) => bytes.length)).toEqual([0]);
  });
});

describe('compression', () => {
  it('sends gzip members that unpack to exactly the frames', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput({ ...config, compression: true });
    const receipt = await output.deliver(SEGMENT, unwatched());
    const [bytes = Buffer.alloc(0)] = await Promise.all(reads);
    expect(gunzipSync(bytes).toString()).toBe(TEXT);
    expect(bytes.length).toBeLessThan(TEXT.length / 2);
    expect(receipt.bytes).toBe(TEXT.length);
  });
});
