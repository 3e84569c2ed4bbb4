import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { configFolder, configWith, errorOf, NOW_MS, problemsOf } from './config-folder.js';

const named = (name: string) => configWith({ globals: { name } });

function nameOf(root: string, file?: string, env: NodeJS.ProcessEnv = {}): string {
  return loadConfig({ cwd: root, file, env, nowMs: NOW_MS }).config.name;
}

describe('the config file', () => {
  const files = {
    'config/config.yaml': named('standard'),
    'config/other.json': named('other'),
    'config/both.yaml': named('in_folder'),
    'both.yaml': named('direct'),
  };

  it('is config/config.yaml where nothing else is said', () => {
    expect(nameOf(configFolder(files))).toBe('standard');
  });

  it('is CONFIG_FILE below config/', () => {
    const root = configFolder(files);
    expect(nameOf(root, undefined, { CONFIG_FILE: 'other.json' })).toBe('other');
    expect(nameOf(root, undefined, { CONFIG_FILE: '' })).toBe('standard');
  });

  it('is --config, here or else below config/, before CONFIG_FILE', () => {
    const root = configFolder(files);
    const env = { CONFIG_FILE: 'config.yaml' };
    expect(nameOf(root, 'both.yaml', env)).toBe('direct');
    expect(nameOf(root, 'other.json', env)).toBe('other');
    expect(nameOf(root, join(root, 'config/both.yaml'), env)).toBe('in_folder');
  });

  it('outside a folder config/ has certs/ and state/ beside itself', () => {
    const root = configFolder(files);
    const { config } = loadConfig({
      cwd: '/',
      file: join(root, 'both.yaml'),
      env: {},
      nowMs: NOW_MS,
    });
    expect(config.paths).toMatchObject({ root, state: join(root, 'state') });
  });
});

describe('a file that cannot be read', () => {
  const problems = (content: unknown) => {
    const root = configFolder({ 'config/config.yaml': content });
    return problemsOf(() => loadConfig({ cwd: root, env: {}, nowMs: NOW_MS })).map(
      ({ code, found }) => `${code}: ${found}`,
    );
  };

  it('is missing', () => {
    const root = configFolder({});
    const error = errorOf(() =>
      loadConfig({ cwd: root, file: 'none.yaml', env: {}, nowMs: NOW_MS }),
    );
    expect(error).toMatchObject({ code: 'CONFIG_FILE_MISSING', retry: 'never', exitCode: 2 });
    expect(error.problems[0]?.path).toBe(join(root, 'none.yaml'));
  });

  it('is in UTF-16', () => {
    const root = configFolder({ 'config/config.yaml': '' });
    writeFileSync(join(root, 'config/config.yaml'), Buffer.from('\ufeffinputs: {}', 'utf16le'));
    expect(problemsOf(() => loadConfig({ cwd: root, env: {}, nowMs: NOW_MS }))).toMatchObject([
      { code: 'CONFIG_FILE_UNREADABLE', found: 'a file in UTF-16 or of bytes that are no text' },
    ]);
  });

  it('is a folder', () => {
    const root = configFolder({});
    expect(
      problemsOf(() => loadConfig({ cwd: root, file: 'certs', env: {}, nowMs: NOW_MS }))[0],
    ).toMatchObject({
      code: 'CONFIG_FILE_UNREADABLE',
      found: 'a file that cannot be read (EISDIR)',
    });
  });

  it.skipIf(process.getuid?.() === 0)('is closed to the user', () => {
    const root = configFolder({ 'config/config.yaml': configWith({}) });
    chmodSync(join(root, 'config/config.yaml'), 0o000);
    expect(problemsOf(() => loadConfig({ cwd: root, env: {}, nowMs: NOW_MS }))[0]).toMatchObject({
      code: 'CONFIG_FILE_UNREADABLE',
      found: 'a file that cannot be read (EACCES)',
    });
  });

  it('names line and column of each mistake, and never the line itself', () => {
    expect(problems('inputs:\n  a: 1\n  a: 2\n b: secret')).toEqual([
      'CONFIG_FILE_UNREADABLE: a key for the second time at line 3, column 3',
      'CONFIG_FILE_UNREADABLE: a line with the wrong indentation at line 4, column 1',
    ]);
    expect(problems('api_key: "secret\n')).toEqual([
      'CONFIG_FILE_UNREADABLE: a missing quote, comma, colon or bracket at line 2, column 1',
    ]);
    expect(problems('{\n\t"a": {"b": 1\n')[0]).toMatch(/at line \d+, column \d+$/);
    expect(problems('a: *secret')[0]).not.toContain('secret');
  });

  it('is told by its first mistake where the others follow from it', () => {
    expect(problems('a:\n  key: "text\n  : [\n  token: "x"\n  b: c\n')).toHaveLength(1);
  });

  it('holds no mapping', () => {
    expect(problems('')).toEqual(['CONFIG_VALUE_INVALID: nothing']);
    expect(problems('- a')).toEqual(['CONFIG_VALUE_INVALID: a list']);
    expect(problems('secret')).toEqual(['CONFIG_VALUE_INVALID: ****']);
  });

  it('may be JSON indented by tabs', () => {
    const root = configFolder({ 'config/config.yaml': JSON.stringify(configWith({}), null, '\t') });
    expect(nameOf(root)).toBe('col');
  });
});
