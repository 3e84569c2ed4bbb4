import { isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** JSON as a reply holds it; numbers that a double cannot hold exactly are `LosslessNumber`. */
export type JsonValue =
  string | number | boolean | null | LosslessNumber | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;

/** A number token of 16 characters or more: shorter ones always fit a double (2^53 has 16 digits). */
const LONG_NUMBER = /[:[,]\s*-?\d[\d.eE+-]{15}/;

/** A parsed reply; `lossless` tells whether it may hold a `LosslessNumber`, so that encoding knows. */
export interface ParsedReply {
  readonly value: JsonValue;
  readonly lossless: boolean;
}

/** Parses a reply; the slow, exact way only where a number asks for it. Raises a SyntaxError. */
export function parseReply(text: string): ParsedReply {
  if (!LONG_NUMBER.test(text)) return { value: JSON.parse(text) as JsonValue, lossless: false };
  return { value: parse(text, undefined, parseNumber) as JsonValue, lossless: true };
}

/** Compact JSON on one line, exact numbers included. */
export function encodeJson(value: JsonValue, lossless: boolean): string {
  return lossless ? (stringify(value) ?? 'null') : JSON.stringify(value);
}

/** Whether a value is a JSON object, and not a list, null or an exact number. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
  );
}

function parseNumber(token: string): number | LosslessNumber {
  return isSafeNumber(token) && String(Number(token)).length >= token.length
    ? Number(token)
    : new LosslessNumber(token);
}
