import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 3_600_000;

/** A certificate and its private key, both PEM. */
export interface KeyPairPem {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs certificates for tests and demos. */
export interface Authority {
  readonly cert: string;
  /** Signs a certificate for a TLS server; the default is one for `localhost` and `127.0.0.1`. */
  server(options?: ServerCertificateOptions): Promise<KeyPairPem>;
  /** Signs a certificate for a TLS client. */
  client(name: string): Promise<KeyPairPem>;
}

export interface ServerCertificateOptions {
  readonly dnsName?: string;
  readonly ip?: string;
  /** The certificate ran out yesterday. */
  readonly expired?: boolean;
}

/** Makes an authority of its own key (ECDSA P-256), valid for ten years. */
export async function createAuthority(name = 'Simulated CA'): Promise<Authority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 10 * DAY_MS),
    notAfter: new Date(Date.now() + 3_650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  const sign = async (
    subject: string,
    notAfterMs: number,
    extensions: x509.Extension[],
  ): Promise<KeyPairPem> => {
    const own = await newKeys();
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: `CN=${subject}`,
      issuer: root.subject,
      notBefore: new Date(Date.now() - 5 * DAY_MS),
      notAfter: new Date(notAfterMs),
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions,
    });
    return { cert: cert.toString('pem'), key: await privateKeyPem(own.privateKey) };
  };
  return {
    cert: root.toString('pem'),
    server: ({ dnsName = 'localhost', ip = '127.0.0.1', expired = false } = {}) =>
      sign(dnsName, Date.now() + (expired ? -DAY_MS : 365 * DAY_MS), [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: dnsName },
          { type: 'ip', value: ip },
        ]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]),
    client: (name) =>
      sign(name, Date.now() + 365 * DAY_MS, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ]),
  };
}

/** Writes `chain.crt`, `domain.crt` and `domain.key` (mode 0600) as a Devo domain's owner downloads them. */
export function writeClientCertificates(folder: string, chain: string, client: KeyPairPem): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'chain.crt'), chain);
  writeFileSync(join(folder, 'domain.crt'), client.cert);
  writeFileSync(join(folder, 'domain.key'), client.key, { mode: 0o600 });
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

function newSerial(): string {
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex')}`;
}
