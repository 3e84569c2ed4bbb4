import { hash } from 'node:crypto';
import { bounded, encodeJson, isJsonObject } from '../cortex/json.js';
import type { JsonValue } from '../cortex/json.js';
import { KEY_LENGTH } from '../pull/checkpoint.js';

/** The short hash under which a record is known again: the first 60 bits of SHA-256, base64url. */
export function shortKey(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, KEY_LENGTH);
}

/** The content of a record as text, the same whatever the order of its fields: that is not the API's promise. */
export function canonicalText(value: JsonValue): string {
  return encodeJson(
    bounded(() => sorted(value)),
    true,
  );
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}
