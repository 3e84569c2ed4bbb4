import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

import type { Credentials } from './tenant-options.js';

/** The services of the collector, by the key they have in the config file. */
export type ServiceName =
  'incidents' | 'alerts' | 'all_alerts' | 'audit_managements' | 'agent_audits';

/** Keys of one service as they stand in the config file. */
export type ServiceKeys = Readonly<Record<string, string | number | boolean>>;

/** Everything the collector can pull from a tenant. */
export const EVERY_SERVICE: ConfigInput['services'] = {
  incidents: { include_incident_alerts: true },
  alerts: {},
  all_alerts: {},
  audit_managements: {},
  agent_audits: {},
};

/** One input of the written config: a tenant and what is pulled from it. */
export interface ConfigInput {
  readonly name: string;
  /** Default: the name. */
  readonly id?: string;
  /** URL of the tenant. */
  readonly url: string;
  readonly credentials: Credentials;
  /** Services with their keys; those of `everyService` apply where a service does not say otherwise. */
  readonly services: Readonly<Partial<Record<ServiceName, ServiceKeys>>>;
  readonly everyService?: ServiceKeys;
  readonly environment?: string;
  /** Further keys of the input, such as `requests_per_second`. */
  readonly keys?: ServiceKeys;
}

/** Stands for Devo's 5 s: the simulated receivers drop nothing that they took. */
const CONFIRM_WAIT = { confirm_wait_in_seconds: 0.05 };

/** One output of the written config. */
export type ConfigOutput = {
  /** Keys beside `config`, such as `verify`. */
  readonly beside?: Readonly<Record<string, unknown>>;
} & (
  | {
      readonly kind: 'tls' | 'tcp';
      readonly name: string;
      readonly port: number;
      readonly keys?: ServiceKeys;
    }
  | {
      readonly kind: 'http';
      readonly name: string;
      readonly port: number;
      readonly domain: string;
      readonly token: string;
      readonly keys?: ServiceKeys;
    }
);

export interface WriteConfigOptions {
  /** Made if it does not exist; gets `config/`, `certs/`, `credentials/` and `state/`. */
  readonly folder: string;
  readonly inputs: readonly ConfigInput[];
  readonly outputs: readonly ConfigOutput[];
  /** Further keys of `globals`. */
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Port of health and metrics; default 0: any free one. */
  readonly httpPort?: number;
}

/**
 * Writes `config/config.yaml` (mode 0600: it holds keys) with everything on 127.0.0.1, and makes the folders
 * beside it; client certificates come from `writeClientCertificates`. Returns the file's path.
 */
export async function writeConfig(options: WriteConfigOptions): Promise<string> {
  for (const name of ['config', 'certs', 'credentials', 'state']) {
    await mkdir(join(options.folder, name), { recursive: true });
  }
  const content = {
    globals: {
      id: '1',
      name: 'simulated',
      http: { host: '127.0.0.1', port: options.httpPort ?? 0 },
      ...options.globals,
    },
    outputs: Object.fromEntries(options.outputs.map((output) => [output.name, outputOf(output)])),
    inputs: Object.fromEntries(options.inputs.map((input) => [input.name, inputOf(input)])),
  };
  const file = join(options.folder, 'config', 'config.yaml');
  await writeFile(file, stringify(content), { mode: 0o600 });
  return file;
}

function inputOf(input: ConfigInput): Record<string, unknown> {
  const { apiKey, apiKeyId, authType } = input.credentials;
  return {
    id: input.id ?? input.name,
    enabled: true,
    credentials: { api_key: apiKey, api_key_id: apiKeyId, auth_type: authType },
    ...(input.environment === undefined ? {} : { environment: input.environment }),
    ...input.keys,
    services: Object.fromEntries(
      Object.entries(input.services).map(([service, keys]) => [
        service,
        { api_fqdn: input.url, ...input.everyService, ...keys },
      ]),
    ),
  };
}

function outputOf(output: ConfigOutput): Record<string, unknown> {
  return { ...destinationOf(output), ...output.beside };
}

function destinationOf(output: ConfigOutput): Record<string, unknown> {
  switch (output.kind) {
    case 'tls':
      return {
        type: 'devo_platform',
        config: {
          address: '127.0.0.1',
          port: output.port,
          type: 'SSL',
          chain: 'chain.crt',
          cert: 'domain.crt',
          key: 'domain.key',
          ...CONFIRM_WAIT,
          ...output.keys,
        },
      };
    case 'tcp':
      return {
        type: 'syslog',
        config: { address: '127.0.0.1', port: output.port, ...CONFIRM_WAIT, ...output.keys },
      };
    case 'http':
      return {
        type: 'http',
        config: {
          address: `http://127.0.0.1:${output.port}`,
          domain: output.domain,
          token: output.token,
          ...output.keys,
        },
      };
  }
}
