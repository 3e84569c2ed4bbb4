import { describe, expect, it } from 'vitest';
import { describeSchema } from '../../../src/config/describe-schema.js';

describe('the description of the schema', () => {
  const rows = describeSchema();
  const row = (path: string) => rows.find((each) => each.path === path);

  it('tells path, type, default, environment and purpose of each key', () => {
    expect(row('globals.temporal.ui_port')).toEqual({
      path: 'globals.temporal.ui_port',
      outputTypes: [],
      type: 'a whole number from 0 to 65535',
      default: '8233',
      required: false,
      env: 'CORTEX_DEVO_UI_PORT',
      envWithoutOutputs: undefined,
      secret: false,
      aliases: [],
      doc: 'Port of Temporal UI of the embedded server; 0: no UI.',
    });
    expect(row('inputs.<name>.credentials.api_key')).toMatchObject({
      required: true,
      secret: true,
      env: 'CORTEX_API_KEY',
    });
    expect(row('inputs.<name>.services.alerts.override_devo_tag')).toMatchObject({
      default: 'edr.cortex_xdr.alerts_multi',
    });
  });

  it('tells which output types have a key', () => {
    const tokens = rows.filter((each) => each.path === 'outputs.<name>.config.token');
    expect(tokens.map((each) => each.outputTypes)).toEqual([['http']]);
    const chains = rows.filter((each) => each.path === 'outputs.<name>.config.chain');
    expect(chains.map((each) => each.outputTypes)).toEqual([['devo_platform', 'relay'], ['http']]);
  });

  it('says something about every key, and holds none twice', () => {
    expect(rows.filter((each) => each.doc === '' || each.type === '')).toEqual([]);
    const names = rows.map((each) => `${each.path} ${each.outputTypes.join()}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
