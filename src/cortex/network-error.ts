import { CortexError } from './errors.js';

/** Codes of certificates that no authority known here has signed. */
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** OpenSSL's own words: number, library, function, reason, and the path of a source file, in one line or two. */
const OPENSSL = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*/is;

/** The error that stands for a request without a whole reply: code and text alone, for causes hold headers and body. */
export function networkError(error: unknown, path: string, apiKey: string): CortexError {
  if (error instanceof CortexError) return error;
  const { code, message = '' } = error as { code?: string; message?: string };
  const text = message.replace(OPENSSL, '$1').replace(/\p{Cc}+/gu, ' ');
  const found = [code, text.trim()].filter(Boolean).join(': ').replaceAll(apiKey, '[redacted]');
  return new CortexError(
    'CORTEX_NETWORK_ERROR',
    `${path}: found no whole reply (${found}), expected one; ${advice(code, text)}`,
    { retry: 'later' },
  );
}

function advice(code: string | undefined, text: string): string {
  if (code !== undefined && UNTRUSTED.has(code)) {
    return 'if a proxy here inspects TLS, set NODE_EXTRA_CA_CERTS to the PEM file of its authority and start again; else check api_fqdn';
  }
  if (/wrong version number|packet length too long|http request/i.test(text)) {
    return 'plain HTTP was spoken where TLS was expected: check scheme and port of the proxy and of api_fqdn';
  }
  return 'check api_fqdn, the proxy and the network';
}
