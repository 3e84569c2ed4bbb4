import fc from 'fast-check';
import { parse, splitNumber } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { encodeJson, encodeWith, exactNumber, parseReply } from '../../../src/cortex/json.js';
import type { JsonValue } from '../../../src/cortex/json.js';

/** What Devo receives for a text the API sent. */
function throughCollector(text: string): string {
  const { value, lossless } = parseReply(text);
  return encodeJson(value, lossless);
}

/** The same text with each number in one spelling, and everything else as it was. */
function withPlainNumbers(text: string): unknown {
  return parse(text, undefined, (token) => {
    const { sign, digits, exponent } = splitNumber(token);
    return { number: digits === '0' ? '0' : `${sign}${digits}e${exponent}` };
  });
}

const numberToken = fc.oneof(
  fc.bigInt().map(String),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.tuple(fc.bigInt({ min: 0n }), fc.nat()).map(([whole, part]) => `${whole}.${part}`),
  fc.tuple(fc.nat(), fc.integer({ min: -400, max: 400 })).map(([digits, e]) => `${digits}e${e}`),
);
const { tree: jsonText } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    numberToken,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.constantFrom('null', 'true', 'false', '[]', '{}', '""', '"\\n\\u2028\\ud83d\\ude00"'),
    fc.array(tie('tree')).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(fc.string(), tie('tree')), { selector: ([name]) => name })
      .map((fields) => `{${fields.map(([n, v]) => `${JSON.stringify(n)}: ${v}`).join(',')}}`),
  ),
}));

describe('JSON on its way from Cortex to Devo', () => {
  it('keeps the value of every number and every string, on one line', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const encoded = throughCollector(text);
        expect(withPlainNumbers(encoded)).toEqual(withPlainNumbers(text));
        expect(encoded).not.toContain('\n');
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"external_id":7317728957437371542}',
    '{"TIMESTAMP":1575795968414.4631}',
    '[9007199254740993,-9007199254740993]',
    '{"tiny":1e-400,"vast":-1e400}',
    '{"precise":0.1234567890123456789}',
    '{"a":{"n":12345678901234567890},"list":[12345678901234567890]}',
    String.raw`{"text":":12345678901234567890,","quote\\\"":12345678901234567890}`,
    '[",",":12345678901234567890}",{"key\\\\":12345678901234567890}]',
    String.raw`{"text":"\":12345678901234567890,","n":12345678901234567890}`,
  ])('writes %s exactly as it came', (text) => {
    expect(throughCollector(text)).toBe(text);
  });

  it('makes exact numbers only of those that need it', () => {
    const { value } = parseReply('{"small":100,"large":7317728957437371542}');
    expect(value).toMatchObject({ small: 100 });
    expect(exactNumber((value as Record<string, string>).large)).toBe('7317728957437371542');
  });

  it('parses the fast way where every number fits', () => {
    expect(parseReply('{"ms":1760000000000,"ip":"10.0.0.1","id":"7317728957437371542"}')).toEqual({
      value: { ms: 1760000000000, ip: '10.0.0.1', id: '7317728957437371542' },
      lossless: false,
    });
  });

  it.each([
    '{"__proto__":{"admin":true},"n":1}',
    '{"__proto__":{"admin":true},"n":12345678901234567890}',
  ])('takes __proto__ as a field like any other: %s', (text) => {
    const { value } = parseReply(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(throughCollector(text)).toBe(text);
  });

  it('takes the last of two fields with one name, whichever way it parses', () => {
    expect(throughCollector('{"a":1,"a":2}')).toBe('{"a":2}');
    expect(throughCollector('{"a":1,"a":12345678901234567890}')).toBe('{"a":12345678901234567890}');
  });

  it('refuses what is no JSON', () => {
    expect(() => parseReply('{"a":12345678901234567890')).toThrow(SyntaxError);
    expect(() => parseReply('<html>')).toThrow(SyntaxError);
    expect(() => parseReply('{"a":1234567890123456.,"b":1}')).toThrow(SyntaxError);
    expect(() => parseReply('{"a":01234567890123456789}')).toThrow(SyntaxError);
  });

  it('adds fields to an object as if it had been copied', () => {
    const fields = fc.dictionary(fc.string({ maxLength: 2 }), fc.jsonValue()) as fc.Arbitrary<
      Record<string, JsonValue>
    >;
    fc.assert(
      fc.property(fields, fields, (value, added) => {
        const named = (some: object) => Object.keys(some).filter((name) => /^\d+$/.test(name));
        // Names that are whole numbers come first in a copy; no field is added under one.
        fc.pre(named(added).length === 0);
        expect(encodeWith(value, added, false)).toBe(encodeJson({ ...value, ...added }, false));
      }),
    );
  });

  it('agrees with the exact writer where numbers fit a double', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(encodeJson(value as never, true)).toBe(encodeJson(value as never, false));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a value nested deeper than the stack goes', () => {
  it.each([
    ['plain', '1'],
    ['with an exact number', '12345678901234567890'],
  ])('is an invalid reply, %s', (_, leaf) => {
    const depth = 200_000;
    const text = `{"a":${'['.repeat(depth)}${leaf}${']'.repeat(depth)}}`;
    expect(() => {
      const { value, lossless } = parseReply(text);
      return encodeJson(value, lossless);
    }).toThrow(expect.objectContaining({ code: 'CORTEX_INVALID_REPLY' }) as Error);
  });
});
