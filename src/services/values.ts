import { exactNumber } from '../cortex/json.js';
import type { JsonValue } from '../cortex/json.js';

/** A number, exact ones included, as a double; undefined for anything else. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const digits = exactNumber(value);
  return digits === undefined ? undefined : Number(digits);
}

/** An id as text, be it a string or a number; undefined for anything else and for the empty string. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : (exactNumber(value) ?? value);
  return typeof value === 'number' ? String(value) : undefined;
}

/** A count, be it a number or its digits; undefined for anything else. */
export function countOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return numberOf(value);
}
