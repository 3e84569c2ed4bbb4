import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { problemLines } from '../../../src/config/print-problems.js';
import { configFolder, configWith, errorOf, GOOD_OUTPUT, load, NOW_MS } from './config-folder.js';

const ADDRESS = 'https://apiv2-eu.devo.com';
const SECRET = 'hidden-4711';

const withVerify = (verify: unknown, keys: object = {}) =>
  configWith({ output: { ...GOOD_OUTPUT, ...keys, verify } });
const verifyOf = (content: unknown, env: NodeJS.ProcessEnv = {}) =>
  load(content, env).config.outputs.map(({ verify }) => verify);

describe('verify of an output', () => {
  it('has an address, a token, and standard times', () => {
    expect(verifyOf(withVerify({ address: 'apiv2-eu.devo.com/', token: 't' }))).toEqual([
      {
        address: ADDRESS,
        credentials: { token: 't' },
        afterMs: 900_000,
        pullingIdColumn: undefined,
      },
    ]);
  });

  it('takes a key with its secret, another time and the name of a column, for any type', () => {
    const keys = { verify_after_in_seconds: 60, verify_pulling_id_column: 'pull' };
    const output = {
      type: 'console',
      ...keys,
      verify: { address: ADDRESS, key: 'k', secret: 's' },
    };
    expect(verifyOf(configWith({ output }))).toEqual([
      {
        address: ADDRESS,
        credentials: { key: 'k', secret: 's' },
        afterMs: 60_000,
        pullingIdColumn: 'pull',
      },
    ]);
  });

  it('is absent where the file has none', () => {
    expect(verifyOf(configWith({}))).toEqual([undefined]);
    expect(load(configWith({})).warnings).toEqual([]);
  });

  it('takes its secrets from the environment, or from credentials/', () => {
    const bare = withVerify({ address: ADDRESS, token: 'old' });
    expect(verifyOf(bare, { DEVO_QUERY_TOKEN: 'env' })).toMatchObject([
      { credentials: { token: 'env' } },
    ]);
    const cwd = configFolder({
      'config/config.yaml': withVerify({ address: ADDRESS }),
      'credentials/credentials.yaml': {
        outputs: { devo: { verify: { key: 'k', secret: 's' } } },
      },
    });
    expect(loadConfig({ cwd, env: {}, nowMs: NOW_MS }).config.outputs).toMatchObject([
      { verify: { credentials: { key: 'k', secret: 's' } } },
    ]);
  });

  it('comes from the environment alone where the file has no outputs', () => {
    const env = {
      DEVO_ADDRESS: 'collector-eu.devo.io',
      DEVO_CERT: 'domain.crt',
      DEVO_KEY: 'domain.key',
      DEVO_QUERY_ADDRESS: ADDRESS,
      DEVO_QUERY_TOKEN: 'env',
    };
    expect(verifyOf({ ...configWith({}), outputs: undefined }, env)).toMatchObject([
      { address: ADDRESS, credentials: { token: 'env' } },
    ]);
  });

  it('takes a variable only for outputs without their own where several are verified', () => {
    const own = { ...GOOD_OUTPUT, verify: { address: ADDRESS, token: 'own' } };
    const none = { ...GOOD_OUTPUT, verify: { address: ADDRESS } };
    const outputs = { a: own, b: none, c: GOOD_OUTPUT };
    expect(verifyOf({ ...configWith({}), outputs }, { DEVO_QUERY_TOKEN: 'env' })).toMatchObject([
      { credentials: { token: 'own' } },
      { credentials: { token: 'env' } },
      undefined,
    ]);
  });

  it.each([
    ['no credentials', { address: ADDRESS }, 'CONFIG_KEY_MISSING outputs.devo.verify: '],
    ['no address', { token: SECRET }, 'CONFIG_KEY_MISSING outputs.devo.verify.address: '],
    [
      'both kinds of credentials',
      { address: ADDRESS, token: SECRET, key: 'k', secret: SECRET },
      'CONFIG_VALUE_INVALID outputs.devo.verify: ',
    ],
    [
      'a key without its secret',
      { address: ADDRESS, key: SECRET },
      'CONFIG_VALUE_INVALID outputs.devo.verify: ',
    ],
    [
      'plain http to another machine',
      { address: 'http://devo.example.com', token: SECRET },
      'CONFIG_VALUE_INVALID outputs.devo.verify.address: ',
    ],
    [
      'a token with a space',
      { address: ADDRESS, token: `a ${SECRET}` },
      'CONFIG_VALUE_INVALID outputs.devo.verify.token: found ****',
    ],
    ['a token in its place', SECRET, 'CONFIG_VALUE_INVALID outputs.devo.verify: found ****'],
  ])('is a mistake with %s, which shows no secret', (_name, verify, line) => {
    const lines = problemLines(errorOf(() => load(withVerify(verify))).problems);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(line);
    expect(lines[0]).not.toContain(SECRET);
  });

  it('has a column that can stand in a query', () => {
    const verify = { address: ADDRESS, token: 't' };
    const error = errorOf(() => load(withVerify(verify, { verify_pulling_id_column: 'a" or' })));
    expect(error.problems).toMatchObject([
      { code: 'CONFIG_VALUE_INVALID', path: 'outputs.devo.verify_pulling_id_column' },
    ]);
  });
});
