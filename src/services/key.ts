import { createHash } from 'node:crypto';
import { KEY_LENGTH } from '../pull/checkpoint.js';

/** The short hash under which a record is known again: the first 60 bits of SHA-256, base64url. */
export function shortKey(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, KEY_LENGTH);
}
