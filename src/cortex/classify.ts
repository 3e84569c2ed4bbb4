import { CORTEX_ERRORS, CortexError } from './errors.js';
import type { CortexCode } from './errors.js';
import { encodeJson, exactNumber, isJsonObject } from './json.js';
import type { JsonValue } from './json.js';

/** Longest text of the API that goes into a message. */
const MOST_TEXT = 500;
/** Texts that some tenants send as 500 when they mean 429. */
const RATE_TEXT = /too many requests|rate limit/i;
/** Texts of client faults, which the API answers with 500. */
const PARAMETER_TEXT = /param|filter|field|invalid|unsupported|search_(from|to|size)|validation/i;
/** BigQuery ran out: a server's trouble, however the text goes on. */
const RESOURCE_TEXT = /resources? exceeded|max(imum)? number of retries/i;

/** What only the operator can cure, so that the message says how. */
const OPERATOR_CURES: ReadonlySet<CortexCode> = new Set([
  'CORTEX_UNAUTHORIZED',
  'CORTEX_NOT_LICENSED',
  'CORTEX_FORBIDDEN',
  'CORTEX_NETWORK_ERROR',
]);

/** What the API said, cut to a bearable length, free of control characters and of the key. */
function apiText(reply: JsonValue | undefined, secret: string): string {
  if (!isJsonObject(reply)) return '';
  // Tenants of version 5 have them at the root, under other names.
  const parts = [reply.err_msg, reply.err_extra, reply.error, reply.message]
    .filter((part) => part !== undefined && part !== null)
    .map((part) =>
      typeof part === 'string' ? (exactNumber(part) ?? part) : encodeJson(part, true),
    );

  return parts
    .join(': ')
    .replaceAll(secret, '[redacted]')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MOST_TEXT);
}

/** `err_code` of a reply, which also comes inside HTTP 200; 0 is none, and one that is no status counts as 500. */
export function errorCodeOf(reply: JsonValue | undefined): number | undefined {
  const found = isJsonObject(reply) ? (reply.err_code ?? undefined) : undefined;
  const code = Number(found);
  if (found === undefined || code === 0) return undefined;
  return Number.isInteger(code) && code >= 400 ? code : 500;
}

export interface ClassifyOptions {
  readonly path: string;
  readonly apiKey: string;
  /** Title of the HTML page that came in place of an envelope. */
  readonly title?: string | undefined;
  /** Where a redirect leads. */
  readonly target?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Wait after a 429 that does not say how long; default: whoever tries again decides. */
  readonly quotaWaitMs?: number | undefined;
}

/**
 * The error that a status (of HTTP, or `err_code` inside a 200) stands for. `reply` is the parsed error
 * envelope where there was one; `path` names the call. The API may quote what it was sent, so `apiKey` is
 * cut out of its text.
 */
export function classify(
  status: number,
  reply: JsonValue | undefined,
  { path, apiKey, title, target, retryAfterMs, quotaWaitMs }: ClassifyOptions,
): CortexError {
  if (status >= 300 && status < 400) return inTheWay(path, `${status} to ${target ?? 'nowhere'}`);
  const text = apiText(reply, apiKey);
  const { code, retry } = verdict(status, text);
  const waitMs = retryAfterMs ?? (code === 'CORTEX_RATE_LIMITED' ? quotaWaitMs : undefined);
  const said =
    text === ''
      ? title === undefined
        ? ''
        : ` and the page "${title}"`
      : ` and the text "${text}"`;
  const cure = OPERATOR_CURES.has(code)
    ? `; ${keyAdvice(code, apiKey) ?? asClause(CORTEX_ERRORS[code].action)}`
    : '';
  return new CortexError(code, `${path}: the API answered ${status}${said}${cure}`, {
    retry,
    status,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** What answered is not the API. */
export function inTheWay(path: string, found: string): CortexError {
  return new CortexError(
    'CORTEX_NETWORK_ERROR',
    `${path}: found ${found}, expected JSON; a proxy or a sign-on page stands in the way: let this host reach api_fqdn without one, or check that api_fqdn names the API`,
    { retry: 'later' },
  );
}

/** What is wrong with a refused key as far as it shows; undefined: nothing. */
function keyAdvice(code: CortexCode, apiKey: string): string | undefined {
  if (code !== 'CORTEX_UNAUTHORIZED') return undefined;
  if (/^(["']).*\1$/s.test(apiKey)) {
    return 'api_key begins and ends with a quotation mark: an env file takes those for a part of it, so remove them';
  }
  return /^[\x21-\x7e]*$/.test(apiKey)
    ? undefined
    : 'api_key holds a blank, a line end or a character beyond ASCII, which no key does: copy it once more';
}

/** A sentence of the catalogue as the end of another one. */
function asClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

function verdict(status: number, text: string): { code: CortexCode; retry: 'never' | 'later' } {
  // A proxy that wants a login: nothing the API said.
  if (status === 407) return { code: 'CORTEX_NETWORK_ERROR', retry: 'later' };
  if (status === 401) return { code: 'CORTEX_UNAUTHORIZED', retry: 'never' };
  if (status === 402) return { code: 'CORTEX_NOT_LICENSED', retry: 'never' };
  if (status === 403) return { code: 'CORTEX_FORBIDDEN', retry: 'never' };
  if (status === 429) return { code: 'CORTEX_RATE_LIMITED', retry: 'later' };
  if (status === 408) return { code: 'CORTEX_SERVER_ERROR', retry: 'later' };
  if (status < 500) return { code: 'CORTEX_BAD_REQUEST', retry: 'never' };
  if (RATE_TEXT.test(text)) return { code: 'CORTEX_RATE_LIMITED', retry: 'later' };
  if (RESOURCE_TEXT.test(text)) return { code: 'CORTEX_SERVER_ERROR', retry: 'later' };
  if (status === 500 && PARAMETER_TEXT.test(text)) {
    return { code: 'CORTEX_BAD_REQUEST', retry: 'never' };
  }
  return { code: 'CORTEX_SERVER_ERROR', retry: 'later' };
}
