import { isLosslessNumber } from 'lossless-json';
import type { JsonValue } from '../cortex/json.js';

/** A number, exact ones included, as a double; undefined for anything else. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return isLosslessNumber(value) ? Number(value.value) : undefined;
}

/** An id as text, be it a string or a number; undefined for anything else and for the empty string. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number') return String(value);
  return isLosslessNumber(value) ? value.value : undefined;
}
