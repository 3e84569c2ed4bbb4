import { isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** JSON as a reply holds it; numbers that a double cannot hold exactly are `LosslessNumber`. */
export type JsonValue =
  string | number | boolean | null | LosslessNumber | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;

/**
 * Number tokens that a double may not hold: 16 characters or more (2^53 has 16 digits), or an exponent of
 * three digits. A string that looks like one costs time only.
 */
const DOUBTFUL_NUMBER = /(?:^|[:[,])\s*-?(?:\d[\d.eE+-]{15}|\d[\d.]*[eE][+-]?\d{3})/;

/** A parsed reply; `lossless` tells whether it may hold a `LosslessNumber`, so that encoding knows. */
export interface ParsedReply {
  readonly value: JsonValue;
  readonly lossless: boolean;
}

/** Parses a reply; the slow, exact way only where a number asks for it. Raises a SyntaxError. */
export function parseReply(text: string): ParsedReply {
  if (!DOUBTFUL_NUMBER.test(text)) return { value: JSON.parse(text) as JsonValue, lossless: false };
  const value = parse(text, undefined, {
    parseNumber,
    // As JSON.parse has it: the last one wins.
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonValue;
  return { value, lossless: true };
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

/** A plain number wherever it has the same value, so that both ways of parsing agree on it. */
function parseNumber(token: string): number | LosslessNumber {
  return isSafeNumber(token) ? Number(token) : new LosslessNumber(token);
}
