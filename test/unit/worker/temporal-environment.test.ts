import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readTemporalEnvironment } from '../../../src/worker/temporal/temporal-environment.js';

const NO_PROFILE = { TEMPORAL_CONFIG_FILE: '/no/such/profile.toml' };

it('takes address and namespace from the standard variables', () => {
  const env = { ...NO_PROFILE, TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'a' };
  expect(readTemporalEnvironment(env)).toMatchObject({
    connectionOptions: { address: 'temporal.example:7233' },
    namespace: 'a',
  });
});

it('names no address where no variable does', () => {
  expect(readTemporalEnvironment(NO_PROFILE).connectionOptions.address).toBeUndefined();
});

it('refuses a profile that cannot be read, without quoting it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'temporal-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'temporal.toml');
  writeFileSync(file, '[profile.default]\napi_key = "SecretOfTheProfile\n');
  expect(() => readTemporalEnvironment({ TEMPORAL_CONFIG_FILE: file })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_TEMPORAL_ENVIRONMENT',
      message: expect.not.stringContaining('SecretOfTheProfile') as string,
    }),
  );
});
