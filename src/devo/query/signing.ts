import { createHmac } from 'node:crypto';
import type { QueryCredentials } from '../../config/model.js';

/** The headers that authenticate a request; `body` is the text exactly as it is sent, empty where there is none. */
export function queryHeaders(
  credentials: QueryCredentials,
  body: string,
  nowMs: number,
): Record<string, string> {
  if ('token' in credentials) return { Authorization: `Bearer ${credentials.token}` };
  const { key, secret } = credentials;
  const timestamp = String(nowMs);
  return {
    'x-logtrust-apikey': key,
    'x-logtrust-timestamp': timestamp,
    'x-logtrust-sign': createHmac('sha256', secret)
      .update(key + body + timestamp, 'utf8')
      .digest('hex'),
  };
}
