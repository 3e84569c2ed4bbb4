import { CortexError } from './errors.js';

const SCHEME = /^https?:$/;
const HOST = /^(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL of a tenant's API, without a slash at its end, from `api_fqdn` in any form people paste:
 * bare, with `api-`, with `https://`, with a port or a path. Plain http is for loopback alone and then
 * taken as it is. Raises `CORTEX_HOST_INVALID`.
 */
export function baseUrl(apiFqdn: string): string {
  const text = withScheme(apiFqdn.trim().toLowerCase());
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/\.$/, '') ?? '';
  if (url === undefined || !SCHEME.test(url.protocol) || !HOST.test(host)) {
    throw invalid(apiFqdn, 'a host name such as acme.xdr.eu.paloaltonetworks.com');
  }
  const loopback = LOOPBACK.test(host);
  if (url.protocol === 'http:' && !loopback)
    throw invalid(apiFqdn, 'https (plain http is for loopback)');
  const port = url.port === '' ? '' : `:${url.port}`;
  const prefixed = loopback || host.startsWith('api-') ? host : `api-${host}`;
  return `${url.protocol}//${prefixed}${port}`;
}

function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(text) ? text : `https://${text}`;
}

function invalid(found: string, expected: string): CortexError {
  return new CortexError(
    'CORTEX_HOST_INVALID',
    `api_fqdn: found "${found}", expected ${expected}`,
    {
      retry: 'never',
    },
  );
}
