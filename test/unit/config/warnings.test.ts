import { describe, expect, it } from 'vitest';
import { warningLines } from '../../../src/config/print-problems.js';
import { configWith, GOOD_SERVICE, load } from './config-folder.js';

const linesOf = (config: unknown) => warningLines(load(config).warnings);

describe('a key without effect', () => {
  it('that is unknown is a warning with the nearest known key', () => {
    expect(linesOf(configWith({ service: { start_tme: '2026-01-01', colour: 'red' } }))).toEqual([
      'CONFIG_KEY_UNKNOWN inputs.xdr.services.incidents.start_tme: found an unknown key, which has no effect; did you mean start_time?',
      'CONFIG_KEY_UNKNOWN inputs.xdr.services.incidents.colour: found an unknown key, which has no effect; remove it',
    ]);
    expect(linesOf({ ...configWith({}), global: {} })).toEqual([
      'CONFIG_KEY_UNKNOWN global: found an unknown key, which has no effect; did you mean globals?',
    ]);
  });

  it('that belongs elsewhere is a warning with that place', () => {
    const services = {
      alerts: { ...GOOD_SERVICE, include_incident_alerts: true },
      incidents: { ...GOOD_SERVICE, api_version: 'v2', time_field: 'x', enabled: false },
    };
    expect(load(configWith({ services })).warnings).toMatchObject([
      {
        code: 'CONFIG_KEY_MISPLACED',
        path: 'inputs.xdr.services.alerts.include_incident_alerts',
        message:
          'found a key that has no effect here; it belongs to inputs.<name>.services.incidents',
      },
      { path: 'inputs.xdr.services.incidents.api_version' },
      { path: 'inputs.xdr.services.incidents.time_field' },
      {
        path: 'inputs.xdr.services.incidents.enabled',
        message: 'found a key that has no effect here; it belongs to inputs.<name>',
      },
    ]);
  });

  it('that hides values in other collectors is no warning where it hides nothing', () => {
    for (const obfuscation_data of [[], {}, null, '']) {
      expect(linesOf(configWith({ service: { obfuscation_data } }))).toEqual([]);
    }
  });

  it('of the inside of other collectors is listed once, as information', () => {
    const { warnings } = load(
      configWith({
        globals: { queue_max_size_in_mb: 1, generate_collector_details: false },
        service: { retries: 3 },
      }),
    );
    expect(warnings.map((each) => [each.code, each.severity])).toEqual([
      ['CONFIG_KEYS_UNUSED', 'info'],
    ]);
  });

  it('is global_overrides beside globals', () => {
    expect(load({ ...configWith({}), global_overrides: { debug: true } })).toMatchObject({
      config: { debug: false },
      warnings: [{ code: 'CONFIG_KEY_MISPLACED', path: 'global_overrides' }],
    });
  });
});

describe('inputs that are all disabled', () => {
  it('are a warning', () => {
    expect(load(configWith({ input: { enabled: 'false' } })).warnings).toMatchObject([
      { code: 'CONFIG_NOTHING_ENABLED', path: 'inputs' },
    ]);
  });
});
