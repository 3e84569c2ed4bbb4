import type { CollectorError } from '../errors/collector-error.js';
import { codeOf, devoError } from './errors.js';

/** OpenSSL's words for a server certificate whose issuer is not in the chain file. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'CERT_CHAIN_TOO_LONG',
]);
const NOT_VALID_NOW = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
/** The peer's alerts that speak of the client's certificate (RFC 8446, section 6.2). */
const CLIENT_ALERT = /_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;

/** What an error of the TLS layer means; undefined for one of the connection under it. */
export function toTlsError(error: unknown, peer: string): CollectorError | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return devoError(
      'DEVO_TLS_HOSTNAME',
      `the certificate of ${peer} is for another host name; correct the address or set server_name`,
      'never',
      error,
    );
  }
  if (NOT_VALID_NOW.has(code)) {
    return devoError(
      'DEVO_TLS_EXPIRED',
      `the certificate of ${peer} is not valid now (${code}); check the clock of this host and the receiver`,
      'never',
      error,
    );
  }
  if (UNTRUSTED.has(code)) {
    return devoError(
      'DEVO_TLS_UNTRUSTED',
      `the certificate of ${peer} was not signed by the configured chain (${code}); check the chain file`,
      'never',
      error,
    );
  }
  if (code === 'UNSPECIFIED') {
    // What Node has no code for is in OpenSSL's words: a digest or key that the security level does not take.
    const { message } = error as Error;
    return devoError(
      'DEVO_TLS_UNTRUSTED',
      `the certificate of ${peer} is not accepted (${message}); if it is too weak, give the receiver a new one or set a lower security_level`,
      'never',
      error,
    );
  }
  const refused = toClientAlert(error, peer);
  if (refused !== undefined) return refused;
  if (code.startsWith('ERR_SSL_')) {
    return devoError(
      'DEVO_TLS_FAILED',
      `no TLS with ${peer} (${code}); it must speak TLS 1.2 or 1.3 on this port`,
      'never',
      error,
    );
  }
  return undefined;
}

/** The peer's alert that it does not accept the client certificate; undefined for any other error. */
export function toClientAlert(error: unknown, peer: string): CollectorError | undefined {
  const code = codeOf(error);
  if (code === undefined || !CLIENT_ALERT.test(code)) return undefined;
  return devoError(
    'DEVO_TLS_CLIENT_REFUSED',
    `${peer} did not accept the client certificate (${code}); replace cert and key of the output`,
    'never',
    error,
  );
}
