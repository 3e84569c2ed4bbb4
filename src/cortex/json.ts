import { randomUUID } from 'node:crypto';
import { isSafeNumber, parse } from 'lossless-json';
import { CortexError } from './errors.js';

/** JSON as a reply holds it; numbers that a double cannot hold exactly are strings, see `exactNumber`. */
export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;

/**
 * Marks a string that stands for a number, digits as they came. Drawn anew in each process and never sent
 * anywhere, so no string of a reply begins with it.
 */
const MARK = `number ${randomUUID()} `;
const MARKED = new RegExp(`"${MARK}([^"]+)"`, 'g');

/**
 * Number tokens that a double may not hold: 16 characters or more (2^53 has 16 digits), or an exponent of
 * three digits. A string that looks like one costs time only.
 */
const DOUBTFUL_NUMBER = /[:[,]\s*(-?(?:\d[\d.eE+-]{15,}|\d[\d.]*[eE][+-]?\d{3,}))/g;
/** The end of a field's name: an opening quote follows `{`, `[`, `,` or `:`, and one within a string a backslash. */
const CLOSING_QUOTE = /^[^\\{[,:\s]"$/;
const END_OF_FIELD = /\s*[,}]/y;
const OBJECT_OR_LIST = /^\s*[{[]/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A parsed reply; `lossless` tells whether it holds an exact number, so that encoding knows. */
export interface ParsedReply {
  readonly value: JsonValue;
  readonly lossless: boolean;
}

/**
 * Parses a reply. Where a number asks for it, numbers are marked in the text, which costs a tenth of
 * reading it with a parser that is exact; that one is left for replies with such numbers in odd places.
 * Raises a SyntaxError.
 */
export function parseReply(text: string): ParsedReply {
  const marked = markExactNumbers(text);
  if (marked !== undefined) {
    return { value: JSON.parse(marked) as JsonValue, lossless: marked !== text };
  }
  let lossless = false;
  const value = bounded(() =>
    parse(text, undefined, {
      // A plain number wherever it has the same value, so that both ways of parsing agree on it.
      parseNumber: (token) => {
        if (isSafeNumber(token)) return Number(token);
        lossless = true;
        return `${MARK}${token}`;
      },
      // As JSON.parse has it: the last one wins.
      onDuplicateKey: ({ newValue }) => newValue,
    }),
  ) as JsonValue;
  return { value, lossless };
}

/** The text with its exact numbers as marked strings; undefined where one may not be the value of a field. */
function markExactNumbers(text: string): string | undefined {
  if (!OBJECT_OR_LIST.test(text)) return undefined;
  const parts: string[] = [];
  let copiedTo = 0;
  for (const { 0: found, 1: token = '', index } of text.matchAll(DOUBTFUL_NUMBER)) {
    const endsAt = index + found.length;
    if (!NUMBER.test(token) || !isFieldValue(text, index, endsAt)) return undefined;
    if (isSafeNumber(token)) continue;
    parts.push(text.slice(copiedTo, endsAt - token.length), `"${MARK}${token}"`);
    copiedTo = endsAt;
  }
  return parts.length === 0 ? text : [...parts, text.slice(copiedTo)].join('');
}

/** Whether what begins at a colon and ends there is surely the value of a field, and not part of a string. */
function isFieldValue(text: string, colonAt: number, endsAt: number): boolean {
  END_OF_FIELD.lastIndex = endsAt;
  const quote = text.slice(0, colonAt).trimEnd().slice(-2);
  return text[colonAt] === ':' && CLOSING_QUOTE.test(quote) && END_OF_FIELD.test(text);
}

/** The digits of a number that a double cannot hold exactly; undefined for any other value. */
export function exactNumber(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : undefined;
}

/** Compact JSON on one line, exact numbers included. */
export function encodeJson(value: JsonValue, lossless: boolean): string {
  const json = bounded(() => JSON.stringify(value));
  return lossless ? json.replace(MARKED, '$1') : json;
}

/** What recursion makes of a value; one that is nested deeper than the stack goes is no reply of the API's. */
export function bounded<Result>(recursion: () => Result): Result {
  try {
    return recursion();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CortexError(
      'CORTEX_INVALID_REPLY',
      'found a record nested thousands of levels deep, expected some levels',
      { retry: 'later' },
    );
  }
}

/**
 * `encodeJson` of the object with fields added: last, or where it has them already in the place of its own.
 * The object itself is not copied, which for one of a hundred fields costs several times its encoding.
 */
export function encodeWith(value: JsonObject, added: JsonObject, lossless: boolean): string {
  if (Object.keys(added).some((name) => Object.hasOwn(value, name))) {
    return encodeJson({ ...value, ...added }, lossless);
  }
  const json = encodeJson(value, lossless);
  const more = encodeJson(added, lossless);
  if (json === '{}') return more;
  return more === '{}' ? json : `${json.slice(0, -1)},${more.slice(1)}`;
}

/** Whether a value is a JSON object, and not a list or null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
