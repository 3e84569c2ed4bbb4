import { rm, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TlsOutputConfig } from '../../../src/config/model.js';
import { createOutput } from '../../../src/devo/create-output.js';
import { toTlsError } from '../../../src/devo/tls-errors.js';
import type { Authority, CertificateFiles, Identity } from './certificates.js';
import { createAuthority, writeCertificates } from './certificates.js';
import type { Receiver } from './receiver.js';
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

beforeAll(async () => {
  authority = await createAuthority();
  client = await authority.issue({ name: 'client' });
});

afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
  reads = [];
  await files?.remove();
  files = undefined;
});

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
    onVisit: (visit) => reads.push(readAll(visit)),
  });
  return tlsConfig(files, receiver.port);
}

/** The code a delivery ends with, and the bytes of events that arrived. */
async function outcome(config: TlsOutputConfig): Promise<{ code: string; arrived: number }> {
  const code = await codeOfRejection(createOutput(config).deliver(SEGMENT, unwatched()));
  await receiver?.close();
  const settled = await Promise.race([Promise.all(reads), Promise.resolve([])]);
  return { code, arrived: settled.reduce((sum, bytes) => sum + bytes.length, 0) };
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
      expect(await outcome(config)).toEqual({ code: 'DEVO_TLS_CLIENT_REFUSED', arrived: 0 });
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
    expect([await code(), await code()]).toEqual([
      'DEVO_TLS_CLIENT_REFUSED',
      'DEVO_TLS_CLIENT_REFUSED',
    ]);
  });

  it('that the receiver stops to accept is refused by name from the second try on', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const code = async () => await codeOfRejection(output.deliver(SEGMENT, unwatched()));
    expect(await code()).toBe('delivered');
    const { port } = config;
    await receiver?.close();
    const stranger = await createAuthority('stranger');
    const identity = await authority.issue();
    receiver = await startReceiverAt(port, {
      identity,
      clientChain: stranger.cert,
      onVisit: (visit) => reads.push(readAll(visit)),
    });
    expect(await code()).not.toBe('delivered');
    expect(await code()).toBe('DEVO_TLS_CLIENT_REFUSED');
  });

  it('that is replaced counts from the next delivery on', async () => {
    const config = await configTo(await authority.issue());
    const output = createOutput(config);
    const stranger = await createAuthority('stranger');
    await files?.replace(authority.cert, await stranger.issue({ name: 'client' }));
    expect(await codeOfRejection(output.deliver(SEGMENT, unwatched()))).toBe(
      'DEVO_TLS_CLIENT_REFUSED',
    );
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

  it('to a name that does not exist is told', async () => {
    const config = await configTo(await authority.issue());
    // The top-level domain `invalid` never resolves (RFC 2606).
    expect(await outcome({ ...config, address: 'devo.invalid' })).toMatchObject({
      code: 'DEVO_HOST_UNKNOWN',
    });
  });

  it('is tried again as configured', async () => {
    const config = await configTo(await authority.issue());
    const { port } = config;
    await receiver?.close();
    const sending = { ...SENDING, connectingRetries: 10, connectingInitialWaitMs: 50 };
    const running = createOutput({ ...config, sending }).deliver(SEGMENT, unwatched());
    const identity = await authority.issue();
    receiver = await startReceiverAt(port, { identity, onVisit: (visit) => void readAll(visit) });
    expect((await running).confirmation).toBe('close_notify');
  });

  it('alone is a check: no event is sent', async () => {
    const config = await configTo(await authority.issue());
    await createOutput(config).check(unwatched().signal);
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
