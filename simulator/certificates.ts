import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIP } from 'node:net';
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

export interface CertificateOptions {
  /** Subject; default `localhost`. */
  readonly name?: string;
  /** DNS names and IP addresses; default: the subject, and 127.0.0.1 beside `localhost`. */
  readonly names?: readonly string[];
  /** Epoch ms; default: for a year, from five days ago. */
  readonly validFromMs?: number;
  readonly validToMs?: number;
}

/** An authority that signs certificates for tests and demos. */
export interface Authority {
  readonly cert: string;
  /** Signs a certificate, good for a TLS server and for a client. */
  issue(options?: CertificateOptions): Promise<KeyPairPem>;
}

/** Makes an authority of its own key (ECDSA P-256), valid for ten years. */
export async function createAuthority(commonName = 'Simulated CA'): Promise<Authority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${commonName}`,
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
  return {
    cert: root.toString('pem'),
    async issue({ name = 'localhost', names, validFromMs, validToMs } = {}) {
      const own = await newKeys();
      const altNames = names ?? (name === 'localhost' ? [name, '127.0.0.1'] : [name]);
      const cert = await x509.X509CertificateGenerator.create({
        serialNumber: newSerial(),
        subject: `CN=${name}`,
        issuer: root.subject,
        notBefore: new Date(validFromMs ?? Date.now() - 5 * DAY_MS),
        notAfter: new Date(validToMs ?? Date.now() + 365 * DAY_MS),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            altNames.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
          ),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
    },
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

function newSerial(): string {
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex')}`;
}
