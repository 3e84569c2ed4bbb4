import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, reportError } from '../../../src/cli/report-error.js';
import { ConfigError } from '../../../src/config/errors.js';
import { CollectorError } from '../../../src/errors/collector-error.js';

const KEY = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5kM7nP9rS1uV3xY5';

function lines(error: unknown, debug = false): string[] {
  const printed: string[] = [];
  const colors = pc.createColors(false);
  reportError(error, { colors, printError: (text) => printed.push(text) }, debug);
  return printed;
}

describe('reporting an error', () => {
  it('prints one of ours as code and message', () => {
    const error = new CollectorError('TEMPORAL_UNREACHABLE', 'found nobody', { retry: 'later' });
    expect(lines(error)).toEqual(['error TEMPORAL_UNREACHABLE: found nobody']);
  });

  it('prints every mistake of a config file in a line of its own', () => {
    const problem = { found: 'x', expected: 'y', message: 'found x, expected y' };
    const error = new ConfigError('config.yaml', [
      { ...problem, code: 'CONFIG_TAG_INVALID', path: 'inputs.a.tag' },
      { ...problem, code: 'CONFIG_KEY_MISSING', path: 'inputs.b.id' },
    ]);
    expect(lines(error)).toEqual([
      'error CONFIG_TAG_INVALID inputs.a.tag: found x, expected y',
      'error CONFIG_KEY_MISSING inputs.b.id: found x, expected y',
    ]);
  });

  it('prints what nobody foresaw in one line, without a stack trace', () => {
    expect(lines(new TypeError('cannot read x\n    at somewhere'))).toEqual([
      'error INTERNAL: cannot read x',
    ]);
    expect(lines('thrown text')).toEqual(['error INTERNAL: thrown text']);
  });

  it('adds the stack trace and its causes only when debugging', () => {
    const error = new CollectorError('A_B', 'outer', { retry: 'never', cause: new Error('inner') });
    const [, trace] = lines(error, true);
    expect(trace).toContain('report-error.test.ts');
    expect(trace).toContain('caused by Error: inner');
  });

  it('hides what looks like a key in messages and traces that are not ours', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----';
    const text = lines(new Error(`bad header ${KEY} ${pem}`, { cause: new Error(KEY) }), true);
    expect(text.join('\n')).not.toContain(KEY);
    expect(text.join('\n')).not.toContain('MIIabc');
  });
});

describe('the exit code', () => {
  it.each([
    [2, new ConfigError('config.yaml', [])],
    [2, new CollectorError('CONFIG_FILE_MISSING', '', { retry: 'never' })],
    [2, new CollectorError('USAGE_STREAM_UNKNOWN', '', { retry: 'never' })],
    [1, new CollectorError('CORTEX_UNAUTHORIZED', '', { retry: 'never' })],
    [1, new Error('anything')],
  ])('is %i for %s', (code, error) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});
