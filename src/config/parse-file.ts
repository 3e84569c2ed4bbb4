import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { YAMLError } from 'yaml';
import { messageOf } from '../errors/message-of.js';
import { addProblem } from './findings.js';
import type { Findings } from './findings.js';
import { printable } from './printable.js';

/** Most uses of aliases in a file, multiplied where they nest: hundreds of tenants stay far below it, an attack far above. */
const MOST_ALIASES = 10_000;

/** What the parser's codes mean; its own messages quote the file, where secrets may stand. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_INDENT: 'a line with the wrong indentation',
  BAD_DQ_ESCAPE: 'an unknown escape in a quoted text',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping where a key was expected',
  BLOCK_IN_FLOW: 'an indented block within brackets or braces',
  DUPLICATE_KEY: 'a key for the second time',
  MISSING_CHAR: 'a missing quote, comma, colon or bracket',
  MULTILINE_IMPLICIT_KEY: 'a key over several lines, perhaps after a missing quote',
  MULTIPLE_DOCS: 'a second document',
  NON_STRING_KEY: 'a key that is not text',
  TAB_AS_INDENT: 'a tab as indentation',
  UNEXPECTED_TOKEN: 'an unexpected character or word',
};

/**
 * Reads a YAML or JSON file (JSON is read as the YAML it is). Numbers stay the text that stands in the
 * file, so that ids keep their zeros; so do timestamps. undefined, with a problem, where it is not readable.
 */
export function parseFile(path: string, findings: Findings): { raw: unknown } | undefined {
  let text: string;
  try {
    const bytes = readFileSync(path);
    // As Windows' editors may save it; YAML of the configs' kind never holds a zero byte.
    if (bytes.includes(0)) {
      unreadable(findings, path, 'a file in UTF-16 or of bytes that are no text');
      return undefined;
    }
    text = bytes.toString('utf8');
  } catch (error) {
    unreadable(findings, path, `a file that cannot be read (${systemCode(error)})`);
    return undefined;
  }
  return parseText(text, path, findings);
}

/** As `parseFile`, for its text. */
export function parseText(
  text: string,
  path: string,
  findings: Findings,
): { raw: unknown } | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || !/:(int|float)$/.test(tag.tag)),
  });
  for (const error of worthTelling(document.errors)) {
    unreadable(findings, path, place(error, lines));
  }
  const unresolved = document.warnings.filter(
    // Those of YAML itself say how a value is to be read, which here its key does.
    ({ code, message }) => code === 'TAG_RESOLVE_FAILED' && !message.includes(' tag:yaml.org,'),
  );
  for (const { message, pos } of unresolved) {
    const { line, col } = lines.linePos(pos[0]);
    const tag = printable(message.replace(/^Unresolved tag: /, ''));
    addProblem(findings, 'CONFIG_VALUE_UNRESOLVED', path, {
      found: `the tag ${tag} at line ${line}, column ${col}`,
      expected: 'a value without a tag: nobody here resolves it',
      advice: 'secrets may stand in credentials/ or in the environment',
    });
  }
  if (document.errors.length + unresolved.length > 0) return undefined;
  try {
    return { raw: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown };
  } catch (error) {
    const tooMany = messageOf(error).startsWith('Excessive alias count');
    const found = tooMany
      ? `more than ${MOST_ALIASES} uses of aliases (*name)`
      : 'an alias (*name) without its anchor (&name) before it';
    unreadable(findings, path, found);
    return undefined;
  }
}

/** Repeated keys stand for themselves; of the other errors, those after the first mostly follow from it. */
function worthTelling(errors: readonly YAMLError[]): YAMLError[] {
  const sorted = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const first = sorted.findIndex(({ code }) => code !== 'DUPLICATE_KEY');
  return first === -1 ? sorted : sorted.slice(0, first + 1);
}

function place(error: YAMLError, lines: LineCounter): string {
  const { line, col } = lines.linePos(error.pos[0]);
  const what = SYNTAX[error.code] ?? `a mistake (${error.code.toLowerCase()})`;
  return `${what} at line ${line}, column ${col}`;
}

function unreadable(findings: Findings, path: string, found: string): void {
  addProblem(findings, 'CONFIG_FILE_UNREADABLE', path, {
    found,
    expected: 'valid YAML or JSON in UTF-8',
  });
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown cause';
}
