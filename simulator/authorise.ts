import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { ApiFault } from './api-fault.js';
import type { Credentials } from './tenant-options.js';

/** An advanced key's signature is good for this long, clock differences included. */
const SIGNATURE_MS = 15 * 60_000;

/**
 * Checks the headers of one request against the tenant's key.
 * @throws {ApiFault} 401 for a wrong key, a wrong id, or a signature that is wrong, old or from the future
 */
export function authorise(
  headers: IncomingHttpHeaders,
  credentials: Credentials,
  nowMs: number,
): void {
  const authorization = headers.authorization ?? '';
  const rightId = headers['x-xdr-auth-id'] === credentials.apiKeyId;
  const expected =
    credentials.authType === 'standard'
      ? credentials.apiKey
      : signature(headers, credentials.apiKey, nowMs);
  if (!rightId || expected === undefined || !sameText(authorization, expected)) {
    throw new ApiFault(401, 'Public API request unauthorized');
  }
}

function signature(
  headers: IncomingHttpHeaders,
  apiKey: string,
  nowMs: number,
): string | undefined {
  const nonce = headers['x-xdr-nonce'];
  const timestamp = headers['x-xdr-timestamp'];
  if (typeof nonce !== 'string' || !/^[A-Za-z0-9]{64}$/.test(nonce)) return undefined;
  if (typeof timestamp !== 'string' || !/^\d{13}$/.test(timestamp)) return undefined;
  if (Math.abs(Number(timestamp) - nowMs) > SIGNATURE_MS) return undefined;
  return createHash('sha256').update(`${apiKey}${nonce}${timestamp}`).digest('hex');
}

function sameText(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)];
  return first.length === second.length && timingSafeEqual(first, second);
}
