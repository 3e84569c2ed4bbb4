import type { ErrorCatalogue } from '../errors/collector-error.js';
import { CollectorError } from '../errors/collector-error.js';

/** The closed set of what can go wrong with the Cortex XDR API. */
export const CORTEX_ERRORS = {
  CORTEX_HOST_INVALID: {
    title: 'The API host is not usable',
    cause: '`api_fqdn` is empty, no host name, or plain http to another machine.',
    action:
      'Set `api_fqdn` to the host of the tenant, for example `acme.xdr.eu.paloaltonetworks.com`.',
  },
  CORTEX_UNAUTHORIZED: {
    title: 'The tenant refused the key (401)',
    cause: 'Wrong key or key id, an expired key, the wrong `auth_type`, or a clock that is off.',
    action: 'Check `api_key`, `api_key_id` and `auth_type`, and the clock of this machine.',
  },
  CORTEX_NOT_LICENSED: {
    title: 'The licence does not cover this call (402)',
    cause: 'The tenant has no licence for this kind of data.',
    action: 'Remove the service from the config, or have the licence extended.',
  },
  CORTEX_FORBIDDEN: {
    title: 'The key may not read this (403)',
    cause: 'The role of the API key lacks the permission.',
    action: 'Give the key a role that can read this kind of data (Viewer suffices).',
  },
  CORTEX_BAD_REQUEST: {
    title: 'The API refused the parameters',
    cause: 'The tenant does not know the path, a filter or a sort field of the call.',
    action:
      'Check `api_fqdn`, `api_version` and `time_field`; report it with the text of the error.',
  },
  CORTEX_TIME_FIELD_REFUSED: {
    title: 'The tenant does not know `server_creation_time`',
    cause: 'Older tenants filter alerts by `creation_time` only.',
    action:
      'Nothing: alerts are asked for by `creation_time`, with a longer lookback. Set `time_field` to keep it so.',
  },
  CORTEX_RATE_LIMITED: {
    title: 'The quota of the tenant is used up (429)',
    cause: 'All integrations of a tenant share ten requests per second.',
    action: 'Nothing: the input slows down by itself. Lower `requests_per_second` if it stays so.',
  },
  CORTEX_SERVER_ERROR: {
    title: 'The API failed (5xx)',
    cause: 'The tenant or a gateway before it has trouble.',
    action: 'Nothing: it is tried again. Ask the vendor where it lasts.',
  },
  CORTEX_NETWORK_ERROR: {
    title: 'The API could not be reached',
    cause: 'Name, route, proxy, firewall or TLS between here and the tenant.',
    action: 'Check `api_fqdn`, the proxy settings and the network.',
  },
  CORTEX_CLOCK_DIFFERS: {
    title: "This host's clock and the tenant's differ",
    cause: 'One of the two clocks is off, as the `Date` header of the replies tells.',
    action:
      "Set the host's clock right (NTP). Nothing is lost meanwhile: the data is read by the tenant's clock.",
  },
  CORTEX_INVALID_REPLY: {
    title: 'The reply made no sense',
    cause: 'A cut or malformed body, or one of another shape than documented.',
    action:
      'Nothing at first: it is tried again. Report it with the text of the error where it lasts.',
  },
} as const satisfies ErrorCatalogue;

export type CortexCode = keyof typeof CORTEX_ERRORS;

/** An error of the API with the HTTP status it came with, where there was one. */
export class CortexError extends CollectorError {
  readonly status: number | undefined;

  constructor(
    code: CortexCode,
    message: string,
    options: { retry: 'never' | 'later'; retryAfterMs?: number; status?: number },
  ) {
    super(code, message, options);
    this.name = 'CortexError';
    this.status = options.status;
  }
}
