import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG_ERRORS, ConfigError } from '../../../src/config/errors.js';
import { checkConfig } from '../../../src/config/load-config.js';
import { noFindings } from '../../../src/config/findings.js';
import { parseText } from '../../../src/config/parse-file.js';
import { collectorPaths } from '../../../src/config/paths.js';
import { redactConfig } from '../../../src/config/redact.js';
import { configWith, GOOD_INPUT, NOW_MS } from './config-folder.js';

const PATHS = collectorPaths('/nowhere/config/config.yaml');
const ENV = { CORTEX_API_KEY: 'k', DEVO_HTTP_TOKEN: 't' };

/** Runs the check; true where it gave a config or the one error it may raise. */
function isOrderly(raw: unknown): boolean {
  try {
    checkConfig(raw, PATHS, { env: ENV, nowMs: NOW_MS });
    return true;
  } catch (error) {
    return (
      error instanceof ConfigError &&
      error.problems.length > 0 &&
      error.problems.every(({ code, message }) => code in CONFIG_ERRORS && !message.includes('\n'))
    );
  }
}

function rawOf(text: string): unknown {
  return parseText(text, 'config.yaml', noFindings())?.raw;
}

const key = fc.oneof(
  fc.constantFrom('type', 'config', 'id', 'http', 'credentials', 'services', 'incidents', 'alerts'),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'requests_limits',
    'api_fqdn',
  ),
  fc.string({ unit: 'grapheme' }),
);
const anything = fc.anything({ key, withNullPrototype: true, withObjectString: true, maxDepth: 4 });

/** A good config with one place, at any depth, replaced by anything. */
const broken = anything.chain((value) =>
  fc
    .constantFrom(
      ['globals'],
      ['globals', 'http'],
      ['globals', 'temporal'],
      ['outputs'],
      ['outputs', 'devo'],
      ['outputs', 'devo', 'config'],
      ['outputs', 'devo', 'config', 'cert'],
      ['inputs'],
      ['inputs', 'xdr'],
      ['inputs', 'xdr', 'credentials'],
      ['inputs', 'xdr', 'requests_limits'],
      ['inputs', 'xdr', 'services'],
      ['inputs', 'xdr', 'services', 'incidents'],
      ['inputs', 'xdr', 'services', 'incidents', 'start_time'],
    )
    .map((path) => {
      const config = structuredClone(configWith({ globals: {}, input: GOOD_INPUT }));
      let at = config;
      for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
      at[path.at(-1) ?? ''] = value;
      return config;
    }),
);

describe('whatever stands in the file', () => {
  it('gives a config or a ConfigError, nothing else', () => {
    fc.assert(fc.property(fc.oneof(anything, broken), isOrderly), { numRuns: 1_000 });
  });

  it('can be redacted', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        redactConfig(raw);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as text without an error of the parser escaping', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            'a',
            ':',
            ' ',
            '\n',
            '- ',
            '&x ',
            '*x',
            '{',
            '}',
            '[',
            '"',
            '<<: ',
            '!!',
            '\t',
            '? ',
          ),
          { maxLength: 30 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (each) => isOrderly(rawOf(each))),
      { numRuns: 1_000 },
    );
    expect(rawOf('a: 1')).toEqual({ a: '1' });
  });
});
