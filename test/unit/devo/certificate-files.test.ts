import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TlsOutputConfig } from '../../../src/config/model.js';
import { createOutput } from '../../../src/devo/create-output.js';
import type { Receiver } from './receiver.js';
import { startReceiver } from './receiver.js';
import { unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

let folder: string;
const path = (name: string) => join(folder, name);

function openssl(line: string): void {
  execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'ignore' });
}

function whyNoOpenssl(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'found no openssl';
  }
}

/** A certificate of the authority with its key, and both in other forms. */
function makeFiles(): void {
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 2');
  openssl('req -newkey rsa:2048 -nodes -keyout good.key -out good.csr -subj /CN=localhost');
  const sign = 'x509 -req -in good.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2';
  openssl(`${sign} -out good.crt`);
  openssl(`${sign} -sha1 -out sha1.crt`);
  openssl('pkey -in good.key -aes128 -passout pass:secret -out encrypted.key');
  openssl('rsa -in good.key -aes128 -passout pass:secret -traditional -out old.key');
  openssl('pkey -in good.key -outform der -out der.key');
  openssl('x509 -in good.crt -outform der -out der.crt');
  openssl('x509 -in ca.crt -outform der -out der-ca.crt');
  openssl('pkcs12 -export -in good.crt -inkey good.key -passout pass: -out both.p12');
}

describe.skipIf(whyNoOpenssl() !== undefined)('the files of a TLS output', () => {
  let receiver: Receiver;
  let config: TlsOutputConfig;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'forms-'));
    makeFiles();
    receiver = await startReceiver({
      identity: read('good'),
      onVisit: ({ stream }) => stream.resume(),
    });
    const files = { chain: path('ca.crt'), cert: path('good.crt'), key: path('good.key') };
    config = tlsConfig({ ...files, replace: never, remove: never }, receiver.port);
  });
  afterAll(async () => {
    await receiver.close();
    rmSync(folder, { recursive: true });
  });

  const never = () => Promise.reject(new Error('not here'));
  const read = (name: string) => ({
    cert: readFileSync(path(`${name}.crt`), 'utf8'),
    key: readFileSync(path('good.key'), 'utf8'),
  });

  const check = async (keys: Partial<TlsOutputConfig>): Promise<void> => {
    await createOutput({ ...config, verifyHostname: false, ...keys }).check(unwatched().signal);
  };

  it.each([
    ['cert', 'sha1.crt', 'DEVO_CERT_WEAK', 'security_level'],
    ['key', 'encrypted.key', 'DEVO_CERT_UNREADABLE', 'encrypted'],
    ['key', 'old.key', 'DEVO_CERT_UNREADABLE', 'encrypted'],
    ['key', 'der.key', 'DEVO_CERT_UNREADABLE', 'DER'],
    ['cert', 'der.crt', 'DEVO_CERT_UNREADABLE', 'DER'],
    ['chain', 'der-ca.crt', 'DEVO_CERT_UNREADABLE', 'DER'],
    ['cert', 'both.p12', 'DEVO_CERT_UNREADABLE', 'PKCS#12'],
    ['key', 'both.p12', 'DEVO_CERT_UNREADABLE', 'PKCS#12'],
    ['cert', 'good.key', 'DEVO_CERT_UNREADABLE', 'no certificate in PEM'],
    ['key', 'ca.key', 'DEVO_CERT_UNREADABLE', 'cannot be used together'],
  ])('%s: %s is named as what it is', async (key, file, code, text) => {
    const refused = check({ [key]: path(file) });
    await expect(refused).rejects.toMatchObject({ code, retry: 'never' });
    await expect(refused).rejects.toThrow(text);
  });

  it('are taken as they are, and signed with SHA-1 at security level 0', async () => {
    await check({});
    await check({ cert: path('sha1.crt'), securityLevel: 0 });
  });

  it('a receiver whose certificate is signed with SHA-1 is named so, and taken at security level 0', async () => {
    const old = await startReceiver({
      identity: read('sha1'),
      ciphers: 'DEFAULT:@SECLEVEL=0',
      onVisit: ({ stream }) => stream.resume(),
    });
    try {
      const refused = check({ port: old.port });
      await expect(refused).rejects.toMatchObject({ code: 'DEVO_TLS_UNTRUSTED' });
      await expect(refused).rejects.toThrow('too weak');
      await check({ port: old.port, securityLevel: 0 });
    } finally {
      await old.close();
    }
  });
});
