import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A certificate and its key, in PEM form. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface IdentityOptions {
  /** DNS name, or IP address, the certificate is for. */
  readonly name?: string;
  readonly validFromMs?: number;
  readonly validToMs?: number;
}

/** A certificate authority made for one test file. */
export interface Authority {
  readonly cert: string;
  issue(options?: IdentityOptions): Promise<Identity>;
}

export async function createAuthority(commonName = 'test authority'): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    cert: root.toString('pem'),
    async issue({ name = 'localhost', validFromMs, validToMs } = {}) {
      const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const kind = /^[\d.]+$/.test(name) ? 'ip' : 'dns';
      const cert = await x509.X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        notBefore: new Date(validFromMs ?? Date.now() - DAY_MS),
        notAfter: new Date(validToMs ?? Date.now() + DAY_MS),
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: kind, value: name }])],
      });
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
    },
  };
}

/** The three files an output's config names, in a folder of their own. */
export interface CertificateFiles {
  readonly chain: string;
  readonly cert: string;
  readonly key: string;
  replace(chain: string, own: Identity): Promise<void>;
  remove(): Promise<void>;
}

export async function writeCertificates(chain: string, own: Identity): Promise<CertificateFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'certs-'));
  const files = {
    chain: join(folder, 'chain.crt'),
    cert: join(folder, 'domain.crt'),
    key: join(folder, 'domain.key'),
    async replace(newChain: string, identity: Identity) {
      await writeFile(files.chain, newChain);
      await writeFile(files.cert, identity.cert);
      await writeFile(files.key, identity.key);
    },
    remove: () => rm(folder, { recursive: true }),
  };
  await files.replace(chain, own);
  return files;
}
