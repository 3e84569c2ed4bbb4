import { describe, expect, it } from 'vitest';
import { CONFIG_ERRORS } from '../../../src/config/errors.js';
import { problemLines } from '../../../src/config/print-problems.js';
import { configWith, errorOf, GOOD_SERVICE, load, problemsOf } from './config-folder.js';

import { MISTAKES, withService } from './mistakes-table.js';

describe('a mistake', () => {
  it.each(MISTAKES.map(([config, code, path]) => ({ config, code, path })))(
    'is reported as $code at $path',
    ({ config, code, path }) => {
      expect(problemsOf(() => load(config)).map((each) => [each.code, each.path])).toEqual([
        [code, path],
      ]);
    },
  );

  it('is printed as one line with code, path, found, expected and what to do', () => {
    const error = errorOf(() => load(withService({ start_time: '2030-01-01' })));
    expect(problemLines(error.problems)).toEqual([
      'CONFIG_START_TIME_FUTURE inputs.xdr.services.incidents.start_time: found 2030-01-01, expected a date not in the future; set it before 2026-03-01T00:00:00.000Z, or remove it to begin 24 hours before the first start',
    ]);
    expect(error).toMatchObject({ code: 'CONFIG_START_TIME_FUTURE', exitCode: 2, retry: 'never' });
  });

  it('says what to do where values cannot be hidden, without showing them', () => {
    const hidden = { obfuscation_data: [{ name: ['user_name'], value: 'somebody' }] };
    const [problem] = problemsOf(() => load(withService(hidden)));
    expect(problem?.message).toBe(
      'found a list, expected no such key: this collector hides no values, they would reach Devo in clear; remove it if Devo may hold these values; otherwise leave this service to a collector that hides them',
    );
  });

  it('comes with the service or the value that was likely meant', () => {
    const [service] = problemsOf(() => load(configWith({ services: { incident: GOOD_SERVICE } })));
    expect(service?.message).toContain('did you mean incidents?');
    const [type] = problemsOf(() => load(configWith({ output: { type: 'devo_plattform' } })));
    expect(type?.message).toContain('did you mean devo_platform?');
  });

  it('of a tag that nobody resolves names tag and line, and never the value behind it', () => {
    const text = JSON.stringify(configWith({}), null, 1)
      .replace('"key-of-the-test"', '!vault "dmF1bHQ6c2VjcmV0"')
      .replace('"17"', '!env CORTEX_KEY');
    const lines = problemLines(problemsOf(() => load(text)));
    expect(lines).toEqual([
      expect.stringMatching(
        /^CONFIG_VALUE_UNRESOLVED .*: found the tag !vault at line 19, column /,
      ),
      expect.stringMatching(/^CONFIG_VALUE_UNRESOLVED .*: found the tag !env at line 20, column /),
    ]);
    expect(lines.join()).not.toContain('dmF1');
  });

  it('is no number of aliases that hundreds of tenants need, but one that attacks the memory', () => {
    const uses = (count: number) => `[${Array.from({ length: count }, () => '*a').join()}]`;
    const text = (value: string) =>
      `{"a": &a {"b": 1}, "c": ${value}, ${JSON.stringify(configWith({})).slice(1)}`;
    expect(load(text(uses(1_000))).config.inputs).toHaveLength(1);
    const found = (yaml: string) => problemsOf(() => load(yaml)).map((each) => each.found);
    expect(found(text(uses(20_000)))).toEqual(['more than 10000 uses of aliases (*name)']);
    expect(found(text('*f'))).toEqual(['an alias (*name) without its anchor (&name) before it']);
  });

  it('is no tag of YAML itself', () => {
    const text = JSON.stringify(configWith({})).replace('"17"', '!!str 17').replace(/}$/, '\n}');
    expect(load(text).config.inputs[0]?.credentials.apiKeyId).toBe('17');
    expect(load(text.replace('!!str', '!!int')).config.inputs[0]?.credentials.apiKeyId).toBe('17');
  });

  it('of a placeholder shows no secret', () => {
    const config = configWith({ credentials: { api_key: 'prefix${X}', api_key_id: '17' } });
    const [problem] = problemsOf(() => load(config));
    expect(problem?.message).toMatch(/^found a placeholder that nobody filled in \(\*\*\*\*\), /);
    const env = { CORTEX_API_KEY: '${KEY}' };
    expect(problemsOf(() => load(configWith({}), env))).toMatchObject([
      { code: 'CONFIG_VALUE_UNRESOLVED', path: 'inputs.xdr.credentials.api_key' },
    ]);
  });

  it('stays on one line, whatever was found', () => {
    const [problem] = problemsOf(() =>
      load(withService({ api_fqdn: `a\u001b[31m\r\n\u2028${'x'.repeat(500)}` })),
    );
    expect(problem?.message).toMatch(/^found a\\u001b\[31m\\u000d\\u000a\\u2028x+…, expected/);
    expect(problem?.message.length).toBeLessThan(300);
  });
});

describe('many mistakes', () => {
  it('are all reported at once', () => {
    const error = errorOf(() =>
      load({
        globals: { debug: 'maybe', http: { port: 'x' } },
        outputs: { devo: { type: 'devo_platform', config: { cert: 'none.crt' } }, other: {} },
        inputs: {
          xdr: {
            credentials: { api_key: 'x' },
            services: {
              incident: {},
              alerts: { start_time: '2030-01-01', override_devo_tag: 'edr' },
            },
          },
        },
      }),
    );
    expect(error.problems.map((each) => `${each.code} ${each.path}`)).toEqual([
      'CONFIG_VALUE_INVALID globals.debug',
      'CONFIG_VALUE_INVALID globals.http.port',
      'CONFIG_KEY_MISSING outputs.devo.config.address',
      'CONFIG_KEY_MISSING outputs.devo.config.key',
      'CONFIG_CERT_MISSING outputs.devo.config.cert',
      'CONFIG_KEY_MISSING outputs.other.type',
      'CONFIG_KEY_MISSING inputs.xdr.id',
      'CONFIG_SERVICE_UNKNOWN inputs.xdr.services.incident',
      'CONFIG_TAG_INVALID inputs.xdr.services.alerts.override_devo_tag',
      'CONFIG_START_TIME_FUTURE inputs.xdr.services.alerts.start_time',
      'CONFIG_KEY_MISSING inputs.xdr.services.alerts.api_fqdn',
      'CONFIG_KEY_MISSING inputs.xdr.credentials.api_key_id',
    ]);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/^found 12 mistakes in .*config\.yaml: /);
  });

  it('carry codes of the catalogue alone', () => {
    const codes = MISTAKES.map(([, code]) => code);
    expect(codes.filter((code) => !(code in CONFIG_ERRORS))).toEqual([]);
  });

  it('name the mistake at api_fqdn of an input once, not for each service', () => {
    const config = configWith({
      input: { api_fqdn: '<tenant>' },
      services: { incidents: {}, alerts: {} },
    });
    expect(problemsOf(() => load(config)).map((each) => each.path)).toEqual([
      'inputs.xdr.api_fqdn',
    ]);
  });
});
