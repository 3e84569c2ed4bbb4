import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, DEFAULT_CIPHERS } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsOutputConfig } from '../config/model.js';
import { codeOf, devoError } from './errors.js';

type CertificateConfig = Pick<TlsOutputConfig, 'name' | 'chain' | 'cert' | 'key'>;

/**
 * Reads chain, certificate and key anew with each call, so that replaced files count from the next connection
 * on; the result is the same object as long as the files are the same.
 * Raises `DEVO_CERT_MISSING`, `DEVO_CERT_UNREADABLE` or `DEVO_CERT_EXPIRED`.
 */
export function certificateReader(config: CertificateConfig): () => Promise<SecureContext> {
  let last: { readonly files: readonly Buffer[]; readonly context: SecureContext } | undefined;
  return async () => {
    const files = await Promise.all([
      readPem('chain', config.chain),
      readPem('cert', config.cert),
      readPem('key', config.key),
    ]);
    checkValidity(config, files[1]);
    const isSame = last?.files.every((file, at) => files[at]?.equals(file)) ?? false;
    if (last === undefined || !isSame) last = { files, context: secureContext(config, ...files) };
    return last.context;
  };
}

function checkValidity(config: CertificateConfig, cert: Buffer): void {
  const own = parseCertificate('cert', config.cert, cert);
  const now = Date.now();
  if (now > Date.parse(own.validTo) || now < Date.parse(own.validFrom)) {
    throw devoError(
      'DEVO_CERT_EXPIRED',
      `${config.cert} is valid from ${own.validFrom} to ${own.validTo}; replace cert and key of output ${config.name}`,
      'never',
    );
  }
}

function secureContext(
  config: CertificateConfig,
  ca: Buffer,
  cert: Buffer,
  key: Buffer,
): SecureContext {
  // OpenSSL passes over a chain file without a certificate, and then trusts nobody.
  parseCertificate('chain', config.chain, ca);
  try {
    return createSecureContext({
      ca,
      cert,
      key,
      minVersion: 'TLSv1.2',
      // Level 1 as in Devo's own collectors: certificates of old domains may be weaker than OpenSSL's level 2 wants.
      ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=1`,
    });
  } catch (error) {
    throw devoError(
      'DEVO_CERT_UNREADABLE',
      `${config.cert} and ${config.key} cannot be used together (${codeOf(error) ?? 'no PEM'}); take both from one credential`,
      'never',
    );
  }
}

async function readPem(key: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    throw code === 'ENOENT'
      ? devoError('DEVO_CERT_MISSING', `found no file ${path}, named by ${key}`, 'never')
      : devoError(
          'DEVO_CERT_UNREADABLE',
          `could not read ${path}, named by ${key} (${code ?? 'unknown error'})`,
          'never',
        );
  }
}

function parseCertificate(key: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw devoError(
      'DEVO_CERT_UNREADABLE',
      `${path}, named by ${key}, holds no certificate in PEM form`,
      'never',
    );
  }
}
