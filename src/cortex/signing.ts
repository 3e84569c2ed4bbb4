import { createHash, randomInt } from 'node:crypto';
import type { Credentials } from '../config/model.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const NONCE_LENGTH = 64;

/** Headers of one attempt: a standard key goes as it is, an advanced one signs nonce and time. */
export function authHeaders(
  credentials: Credentials,
  nowMs: number,
  nonce: string = newNonce(),
): Record<string, string> {
  const { apiKey, apiKeyId, authType } = credentials;
  if (authType === 'standard') return { 'x-xdr-auth-id': apiKeyId, Authorization: apiKey };
  const timestamp = String(nowMs);
  return {
    'x-xdr-auth-id': apiKeyId,
    'x-xdr-nonce': nonce,
    'x-xdr-timestamp': timestamp,
    Authorization: createHash('sha256').update(`${apiKey}${nonce}${timestamp}`).digest('hex'),
  };
}

function newNonce(): string {
  return Array.from({ length: NONCE_LENGTH }, () => ALPHABET.charAt(randomInt(62))).join('');
}
