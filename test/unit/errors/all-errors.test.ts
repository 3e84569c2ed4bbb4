import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSchema } from '../../../src/config/describe-schema.js';
import { ALL_ERRORS } from '../../../src/errors/all-errors.js';

const SRC = join(import.meta.dirname, '../../../src');

/** Where a code is given to an error, a failure, a finding or a log line. */
const RAISED = [
  /(?:Error|Failure|able|problem|Problem|warn\w*|lostSegment)\((?:[^()']|\([^()]*\))*'([A-Z][A-Z0-9_]{3,})'/g,
  /\bcode: '([A-Z][A-Z0-9_]{3,})'/g,
];
/** Any text that has the form of a code. */
const CODE_LIKE = /['"`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)['"`]/g;

/** Environment variables that are no keys of the config file. */
const OTHER_VARIABLES = new Set([
  'CONFIG_FILE',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_CLI',
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_PROFILE',
]);

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));
const codes = ALL_ERRORS.flatMap(({ entries }) => Object.keys(entries));
const known = new Set(codes);

function found(patterns: readonly RegExp[]): Set<string> {
  return new Set(
    sources.flatMap(({ text }) =>
      patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')),
    ),
  );
}

describe('the catalogue of errors', () => {
  it('joins the errors.ts of every folder that has one', () => {
    const declared = sources
      .filter(({ path }) => /^[a-z]+\/errors\.ts$/.test(path))
      .flatMap(({ text }) => [...text.matchAll(/export const ([A-Z]+_ERRORS)\b/g)])
      .map((match) => match[1]);
    const joined = readFileSync(join(SRC, 'errors/all-errors.ts'), 'utf8');
    expect(declared.filter((name) => !joined.includes(`entries: ${name ?? ''} }`))).toEqual([]);
    expect(declared.length).toBe(ALL_ERRORS.length);
  });

  it('holds no code twice', () => {
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('holds every code that the source raises or logs', () => {
    const raised = found(RAISED);
    expect(raised.size).toBeGreaterThan(40);
    expect([...raised].filter((code) => !known.has(code))).toEqual([]);
  });

  it('holds everything that looks like a code of one of its areas and is no environment variable', () => {
    const areas = new Set(codes.map((code) => code.split('_', 1)[0]));
    const variables = new Set(
      describeSchema().flatMap(({ env, envWithoutOutputs }) => [env, envWithoutOutputs]),
    );
    const strange = [...found([CODE_LIKE])].filter(
      (text) =>
        areas.has(text.split('_', 1)[0]) &&
        !known.has(text) &&
        !variables.has(text) &&
        !OTHER_VARIABLES.has(text),
    );
    expect(strange).toEqual([]);
  });

  it('holds no code that nothing uses', () => {
    const text = sources.map((source) => source.text).join('\n');
    const used = (code: string) => new RegExp(`'${code}'|\\b${code}: (?!\\{)`).test(text);
    expect(codes.filter((code) => !used(code))).toEqual([]);
  });

  it('tells of each code what it is, why it comes and what to do, in whole sentences', () => {
    const short = ALL_ERRORS.flatMap(({ entries }) => Object.entries(entries)).filter(
      ([, { title, cause, action }]) =>
        title === '' ||
        title.endsWith('.') ||
        !/^.{10,}[.`]$/s.test(cause) ||
        !/^.{10,}\.$/s.test(action),
    );
    expect(short.map(([code]) => code)).toEqual([]);
  });
});
