import { API_KEY } from '../world/config.js';
import type { Check } from './check.js';

/** Histories are read by many, and kept. */
export function noSecret(report: (text: string) => void): Check {
  return {
    property: 'no secret is in what the server keeps',
    onPayload: (bytes, where) => {
      if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(API_KEY)) {
        report(`the API key is in ${where}`);
      }
    },
  };
}
