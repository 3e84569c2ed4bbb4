import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import type { ConfigProblem } from '../../../src/config/errors.js';
import { loadConfig } from '../../../src/config/load-config.js';
import type { LoadedConfig } from '../../../src/config/load-config.js';

export const NOW_MS = Date.parse('2026-03-01T00:00:00Z');

/** A folder with the given files (text, or anything written as JSON), gone when the test ends. */
export function configFolder(files: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), 'config-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const certificates = { 'certs/chain.crt': '', 'certs/domain.crt': '', 'certs/domain.key': '' };
  for (const [name, content] of Object.entries({ ...certificates, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(
      join(root, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  return root;
}

/** Loads a config file of this content. */
export function load(content: unknown, env: NodeJS.ProcessEnv = {}): LoadedConfig {
  return loadConfig({
    cwd: configFolder({ 'config/config.yaml': content }),
    env,
    nowMs: NOW_MS,
  });
}

/** The mistakes that `act` raises; fails where it raises none or something else. */
export function problemsOf(act: () => unknown): readonly ConfigProblem[] {
  return errorOf(act).problems;
}

export function errorOf(act: () => unknown): ConfigError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

export const GOOD_SERVICE = { api_fqdn: 'tenant.xdr.eu.example.com' };
export const GOOD_INPUT = {
  id: 'a1',
  credentials: { api_key: 'key-of-the-test', api_key_id: '17' },
  services: { incidents: GOOD_SERVICE },
};
export const GOOD_OUTPUT = {
  type: 'devo_platform',
  config: { address: 'collector-eu.devo.io', cert: 'domain.crt', key: 'domain.key' },
};

/** A good config with one input `xdr`, one service and one output `devo`, changed as asked. */
export function configWith(changes: {
  globals?: unknown;
  input?: object;
  credentials?: unknown;
  service?: object;
  services?: unknown;
  output?: unknown;
  outputConfig?: object;
}): Record<string, unknown> {
  return {
    globals: changes.globals ?? { name: 'col' },
    outputs: {
      devo: changes.output ?? {
        ...GOOD_OUTPUT,
        config: { ...GOOD_OUTPUT.config, ...changes.outputConfig },
      },
    },
    inputs: {
      xdr: {
        ...GOOD_INPUT,
        credentials: changes.credentials ?? GOOD_INPUT.credentials,
        services: changes.services ?? { incidents: { ...GOOD_SERVICE, ...changes.service } },
        ...changes.input,
      },
    },
  };
}
