import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, DEFAULT_CIPHERS } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsOutputConfig } from '../config/model.js';
import type { CollectorError } from '../errors/collector-error.js';
import { codeOf, devoError } from './errors.js';

type CertificateConfig = Pick<TlsOutputConfig, 'name' | 'chain' | 'cert' | 'key' | 'securityLevel'>;

/** OpenSSL's words for a certificate that its security level does not take. */
const TOO_WEAK = /_(MD_TOO_WEAK|KEY_TOO_SMALL)$/;
const DER_SEQUENCE = 0x30;
const PFX_VERSION = Buffer.of(0x02, 0x01, 0x03);

/**
 * Reads chain, certificate and key anew with each call, so that replaced files count from the next connection
 * on; the result is the same object as long as the files are the same.
 * Raises `DEVO_CERT_MISSING`, `DEVO_CERT_UNREADABLE`, `DEVO_CERT_WEAK` or `DEVO_CERT_EXPIRED`.
 */
export function certificateReader(config: CertificateConfig): () => Promise<SecureContext> {
  let last: { readonly files: readonly Buffer[]; readonly context: SecureContext } | undefined;
  return async () => {
    const files = await Promise.all([
      readPem('chain', config.chain, 'certificate'),
      readPem('cert', config.cert, 'certificate'),
      readPem('key', config.key, 'key'),
    ]);
    checkValidity(config, files[1]);
    const isSame = last?.files.every((file, at) => files[at]?.equals(file)) ?? false;
    if (last === undefined || !isSame) last = { files, context: secureContext(config, ...files) };
    return last.context;
  };
}

function checkValidity(config: CertificateConfig, cert: Buffer): void {
  const own = new X509Certificate(cert);
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
  try {
    return createSecureContext({
      ca,
      cert,
      key,
      minVersion: 'TLSv1.2',
      ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=${config.securityLevel}`,
    });
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error';
    if (TOO_WEAK.test(code)) {
      throw devoError(
        'DEVO_CERT_WEAK',
        `${config.cert} is signed too weakly, or its key is too short, for security level ${config.securityLevel} (${code}); make a new certificate, or set a lower security_level for output ${config.name}`,
        'never',
      );
    }
    throw devoError(
      'DEVO_CERT_UNREADABLE',
      `${config.cert} and ${config.key} cannot be used together (${code}); take both from one credential`,
      'never',
    );
  }
}

/** Reads a file that has to be PEM, and names it as what it is where it is something else. */
async function readPem(name: string, path: string, kind: 'certificate' | 'key'): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') {
      throw devoError('DEVO_CERT_MISSING', `found no file ${path}, named by ${name}`, 'never');
    }
    throw unusable(name, path, `cannot be read (${code ?? 'unknown error'})`);
  }
  const found = whatElse(bytes, kind);
  if (found !== undefined) throw unusable(name, path, found);
  return bytes;
}

function unusable(name: string, path: string, found: string): CollectorError {
  return devoError('DEVO_CERT_UNREADABLE', `${path}, named by ${name}, ${found}`, 'never');
}

/** What a file is instead of a certificate or an open key in PEM form, and what to do about it. */
function whatElse(bytes: Buffer, kind: 'certificate' | 'key'): string | undefined {
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN')) {
    if (kind === 'certificate') {
      return isCertificate(bytes) ? undefined : 'holds no certificate in PEM form';
    }
    return text.includes('ENCRYPTED')
      ? 'is an encrypted key; write it without a passphrase: openssl pkey -in OLD -out NEW'
      : undefined;
  }
  // PFX begins with its version, 3 (RFC 7292); its sequence's length takes two to four bytes.
  if (bytes[0] === DER_SEQUENCE && bytes.subarray(2, 9).includes(PFX_VERSION)) {
    return 'is a PKCS#12 file; take certificate and key out of it: openssl pkcs12 -in OLD -out NEW -nodes';
  }
  if (bytes[0] === DER_SEQUENCE) {
    const command = kind === 'certificate' ? 'x509' : 'pkey';
    return `is in DER form; write it as PEM: openssl ${command} -inform der -in OLD -out NEW`;
  }
  return `holds no ${kind} in PEM form`;
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== '';
  } catch {
    return false;
  }
}
