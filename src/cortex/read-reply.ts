import { classify, errorCodeOf, inTheWay } from './classify.js';
import { CortexError } from './errors.js';
import { isJsonObject, parseReply } from './json.js';
import type { ParsedReply } from './json.js';
import type { Limiter } from './limiter.js';
import { pageTitle } from './web-page.js';

/** A quota counted by the minute has room again after this long, where the API does not say. */
const OWN_QUOTA_WAIT_MS = 30_000;

/** An answer of the API whose body is text by now. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** Where a redirect leads. */
  readonly target: string | undefined;
  /** What the header `Retry-After` says. */
  readonly retryAfterMs: number | undefined;
}

/**
 * `reply` of an answer. An error of the API, by its status or inside of a 200, is thrown by its code, and the limiter
 * hears of refusals and successes; without one the call has a quota of its own.
 */
export function readReply(
  { status, text, target, retryAfterMs }: Reply,
  path: string,
  apiKey: string,
  limiter: Limiter | undefined,
): ParsedReply {
  const parsed = parseBody(text);
  const title = parsed === undefined ? pageTitle(text) : undefined;
  const reply = isJsonObject(parsed?.value) ? parsed.value.reply : undefined;
  const failed = isGood(status) ? errorCodeOf(reply) : status;
  if (failed !== undefined) {
    const quotaWaitMs = limiter === undefined ? OWN_QUOTA_WAIT_MS : undefined;
    const options = { path, apiKey, title, target, retryAfterMs, quotaWaitMs };
    const error = classify(failed, reply ?? parsed?.value, options);
    if (error.code === 'CORTEX_RATE_LIMITED') limiter?.rateLimited(retryAfterMs);
    throw error;
  }
  if (title !== undefined) throw inTheWay(path, `the page "${title}"`);
  if (parsed === undefined || reply === undefined) {
    const found = parsed === undefined ? 'no JSON' : 'JSON without "reply"';
    throw new CortexError(
      'CORTEX_INVALID_REPLY',
      `${path}: found ${found} (${text.length} characters), expected {"reply": …}`,
      { retry: 'later', status },
    );
  }
  limiter?.succeeded();
  return { value: reply, lossless: parsed.lossless };
}

/** Whether the status is one of success. */
export function isGood(status: number): boolean {
  return status >= 200 && status <= 299;
}

function parseBody(body: string): ParsedReply | undefined {
  try {
    return parseReply(body);
  } catch {
    return undefined;
  }
}
