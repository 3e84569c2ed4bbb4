import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { problemLines } from '../../../src/config/print-problems.js';
import { redactConfig } from '../../../src/config/redact.js';
import { configFolder, configWith, errorOf, GOOD_INPUT, load, NOW_MS } from './config-folder.js';

const HTTP = {
  type: 'http',
  config: { address: 'https://http-eu.devo.io', domain: 'd', token: 't0' },
};
const NO_KEYS = { api_key: '', auth_type: 'standard' };

function credentialsOf(files: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) {
  return loadConfig({ cwd: configFolder(files), env, nowMs: NOW_MS }).config.inputs.map(
    ({ credentials }) => [credentials.apiKey, credentials.apiKeyId],
  );
}

describe('credentials', () => {
  const own = { api_key: 'own', api_key_id: 1 };
  const env = { CORTEX_API_KEY: 'env', CORTEX_API_KEY_ID: '9' };
  const two = {
    ...configWith({}),
    inputs: {
      a: { ...GOOD_INPUT, credentials: own },
      b: { ...GOOD_INPUT, credentials: NO_KEYS },
    },
  };

  it('of the environment win over the file where there is one input', () => {
    expect(credentialsOf({ 'config/config.yaml': configWith({ credentials: own }) }, env)).toEqual([
      ['env', '9'],
    ]);
  });

  it('of the environment serve only inputs without their own where there are several', () => {
    expect(credentialsOf({ 'config/config.yaml': two }, env)).toEqual([
      ['own', '1'],
      ['env', '9'],
    ]);
  });

  it('of an empty variable count as not set', () => {
    const file = configWith({ credentials: own });
    expect(credentialsOf({ 'config/config.yaml': file }, { CORTEX_API_KEY: '' })).toEqual([
      ['own', '1'],
    ]);
  });

  it('may lie in credentials/, plain for a single input', () => {
    expect(
      credentialsOf({
        'config/config.yaml': configWith({ credentials: { api_key: 'old', api_key_id: 1 } }),
        'credentials/credentials.yaml': 'api_key: apart\napi_key_id: 0042\n',
      }),
    ).toEqual([['apart', '0042']]);
  });

  it('may lie in credentials/, by the name of the input', () => {
    expect(
      credentialsOf({
        'config/config.yaml': two,
        'credentials/credentials.json': {
          api_key: 'plain',
          api_key_id: '5',
          inputs: { a: { credentials: { api_key: 'named' } } },
        },
      }),
    ).toEqual([
      ['named', '1'],
      ['plain', '5'],
    ]);
  });

  it('in a credentials/ file that is broken are a mistake of that file', () => {
    const cwd = configFolder({
      'config/config.yaml': configWith({}),
      'credentials/credentials.yaml': 'api_key: "hidden',
    });
    const error = errorOf(() => loadConfig({ cwd, env: {}, nowMs: NOW_MS }));
    expect(error.problems).toMatchObject([
      { code: 'CONFIG_FILE_UNREADABLE', path: `${cwd}/credentials/credentials.yaml` },
    ]);
  });
});

describe('the environment', () => {
  it('gives the token of a single HTTP output, and of those without one where there are several', () => {
    const env = { DEVO_HTTP_TOKEN: 'env' };
    expect(load(configWith({ output: HTTP }), env).config.outputs).toMatchObject([
      { token: 'env' },
    ]);
    const several = {
      ...configWith({}),
      outputs: { a: HTTP, b: { ...HTTP, config: { ...HTTP.config, token: '' } } },
    };
    expect(load(several, env).config.outputs).toMatchObject([{ token: 't0' }, { token: 'env' }]);
  });

  it('gives an HTTP output where the file has none', () => {
    const env = {
      DEVO_HTTP_ADDRESS: 'http-eu.devo.io',
      DEVO_HTTP_DOMAIN: 'dom',
      DEVO_HTTP_TOKEN: 'tok',
    };
    expect(load({ ...configWith({}), outputs: undefined }, env).config.outputs).toMatchObject([
      { name: 'http_1', address: 'https://http-eu.devo.io', domain: 'dom', token: 'tok' },
    ]);
    expect(load(configWith({}), env).config.outputs).toMatchObject([{ name: 'devo' }]);
  });

  it('overrides globals and gives the host of the tenant', () => {
    const env = {
      CORTEX_DEVO_DEBUG: 'true',
      CORTEX_DEVO_NAME: 'from_env',
      CORTEX_DEVO_HTTP_PORT: '0',
      CORTEX_API_FQDN: 'env.example.com',
    };
    expect(load(configWith({ services: { incidents: {} } }), env).config).toMatchObject({
      debug: true,
      name: 'from_env',
      http: [{ port: 0 }],
      inputs: [{ services: [{ apiFqdn: 'env.example.com' }] }],
    });
  });

  it('serves as the address of health and metrics where the file has none, and never wins over it', () => {
    const env = { CORTEX_DEVO_HTTP_HOST: '0.0.0.0' };
    expect(load(configWith({}), env).config.http).toMatchObject([{ host: '0.0.0.0' }]);
    const globals = { http: { host: '127.0.0.1' } };
    expect(load(configWith({ globals }), env).config.http).toMatchObject([{ host: '127.0.0.1' }]);
  });

  it('is named by a mistake in it', () => {
    const error = errorOf(() => load(configWith({}), { CORTEX_DEVO_HTTP_PORT: '9464/tcp' }));
    expect(problemLines(error.problems)).toEqual([
      'CONFIG_VALUE_INVALID globals.http.port: found 9464/tcp, expected a whole number from 0 to 65535; it comes from the environment variable CORTEX_DEVO_HTTP_PORT',
    ]);
  });
});

describe('a secret', () => {
  const SECRET = 'hidden-4711';
  const PEM = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`;

  it.each([
    ['a key with a space', configWith({ credentials: { api_key: `a ${SECRET}`, api_key_id: 1 } })],
    [
      'a key id with a space',
      configWith({ credentials: { api_key: 'k', api_key_id: `1 ${SECRET}` } }),
    ],
    ['a key in a list', configWith({ credentials: { api_key: [SECRET], api_key_id: 1 } })],
    ['a key in place of the credentials', configWith({ credentials: SECRET })],
    ['a key in place of the input', { ...configWith({}), inputs: { xdr: SECRET } }],
    ['a key in place of the services', configWith({ services: SECRET })],
    [
      'a token with a slash',
      configWith({ output: { ...HTTP, config: { ...HTTP.config, token: `a/${SECRET}` } } }),
    ],
    ['a proxy with a password', configWith({ input: { proxy: `ftp://user:${SECRET}@proxy` } })],
    [
      'a host with a password',
      configWith({ service: { api_fqdn: `https://u:${SECRET}@host.example` } }),
    ],
    ['a private key in place of its file', configWith({ outputConfig: { key: PEM } })],
    ['a private key in place of a host', configWith({ outputConfig: { address: PEM } })],
  ])('is in no message: %s', (_, config) => {
    const error = errorOf(() => load(config));
    const { message, stack, problems } = error;
    expect(JSON.stringify([message, stack, problems, error.cause ?? null])).not.toContain(SECRET);
  });

  it('of the environment is in no message', () => {
    const error = errorOf(() => load(configWith({}), { CORTEX_API_KEY: `a ${SECRET}` }));
    expect(problemLines(error.problems)).toEqual([
      'CONFIG_VALUE_INVALID inputs.xdr.credentials.api_key: found ****, expected text without spaces, line breaks or special letters; it comes from the environment variable CORTEX_API_KEY',
    ]);
  });

  it('is masked where a raw config is printed', () => {
    const raw = {
      inputs: {
        a: {
          id: 'a1',
          credentials: { api_key: SECRET, api_key_id: 12, auth_type: 'standard', apiKey: SECRET },
          proxy: SECRET,
          services: { alerts: { api_fqdn: `https://u:${SECRET}@host`, list: [{ token: SECRET }] } },
        },
      },
      outputs: {
        o: { config: { key: PEM, cert: 'domain.crt', token: [SECRET], password: SECRET } },
      },
    };
    const shown = redactConfig(raw);
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(shown).toMatchObject({
      inputs: {
        a: {
          id: 'a1',
          credentials: { api_key: '****', api_key_id: '****', auth_type: 'standard' },
        },
      },
      outputs: { o: { config: { cert: 'domain.crt', token: '****' } } },
    });
  });

  it('is masked in a config that holds itself', () => {
    const raw: Record<string, unknown> = { token: SECRET };
    raw.self = raw;
    expect(redactConfig(raw)).toEqual({ token: '****', self: '****' });
  });
});
