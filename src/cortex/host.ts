import { isIP } from 'node:net';
import { CortexError } from './errors.js';

const SCHEME = /^https?:$/;
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL of a tenant's API, without a slash at its end, from `api_fqdn` in any form people paste:
 * bare, with `api-`, with `https://`, with a port or a path. Plain http is for loopback alone and then
 * taken as it is. Raises `CORTEX_HOST_INVALID` for what would have to be bent: a user, an address in
 * place of a name, a name that is written otherwise than it is read.
 */
export function baseUrl(apiFqdn: string): string {
  const text = withScheme(apiFqdn.trim().toLowerCase());
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/\.$/, '') ?? '';
  const isLoopback = LOOPBACK.test(host);
  const isName = HOST.test(host) && isIP(host) === 0;
  const asWritten = text.split('://', 2)[1]?.startsWith(host) === true;
  if (url === undefined || !SCHEME.test(url.protocol) || !(isLoopback || isName) || !asWritten) {
    throw invalid(apiFqdn, 'a host name such as acme.xdr.eu.paloaltonetworks.com');
  }
  if (url.protocol === 'http:' && !isLoopback)
    throw invalid(apiFqdn, 'https (plain http is for loopback)');
  const port = url.port === '' ? '' : `:${url.port}`;
  const prefixed = isLoopback || host.startsWith('api-') ? host : `api-${host}`;
  return `${url.protocol}//${prefixed}${port}`;
}

function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(text) ? text : `https://${text}`;
}

/** What stands before an `@` may be a password. */
function invalid(found: string, expected: string): CortexError {
  const shown = found.replace(/^.*@/s, '…@').slice(0, 300);
  return new CortexError(
    'CORTEX_HOST_INVALID',
    `api_fqdn: found "${shown}", expected ${expected}`,
    {
      retry: 'never',
    },
  );
}
