import type { CollectorConfig, InputConfig, OutputConfig } from '../config/model.js';
import { checkCredentials } from '../cortex/check-credentials.js';
import { createCortexClient } from '../cortex/client.js';
import { createLimiter } from '../cortex/limiter.js';
import { createOutput } from '../devo/create-output.js';
import { createQueryClient } from '../devo/query/client.js';
import { checkTable } from '../devo/query/count-pulls.js';
import { tableOf } from '../devo/query/text.js';
import { tagsOf } from '../services/tags.js';
import { requireUsable } from '../worker/state-folder.js';
import type { Check } from './checks.js';

/**
 * What a config lets `validate` try: the state folder, the API of each tenant of enabled inputs, every output, and
 * the tables where its events are looked for.
 */
export function configChecks(config: CollectorConfig, nowMs: () => number): Check[] {
  return [
    {
      name: `state folder (${config.paths.state})`,
      run: () => Promise.resolve().then(() => requireUsable(config.paths.state)),
    },
    ...config.inputs.filter(({ enabled }) => enabled).flatMap((input) => apiChecks(input, nowMs)),
    ...config.outputs.map(outputCheck),
    ...config.outputs.flatMap((output) => verifyChecks(output, config.inputs)),
  ];
}

function apiChecks(input: InputConfig, nowMs: () => number): Check[] {
  const client = createCortexClient({
    credentials: input.credentials,
    limiter: createLimiter(input.requestLimits),
    proxy: input.proxy,
  });
  const tenants = [...new Set(input.services.map(({ apiFqdn }) => apiFqdn))];
  return tenants.map((apiFqdn) => ({
    name: `inputs.${input.name} credentials (${apiFqdn})`,
    run: async () => await checkCredentials(client, apiFqdn, nowMs()),
  }));
}

function outputCheck(config: OutputConfig): Check {
  return {
    name: `outputs.${config.name} ${describe(config)}`,
    run: async (signal) => await createOutput(config).check(signal),
  };
}

/** One question per table: a token may be allowed some of them only. */
function verifyChecks({ name, verify }: OutputConfig, inputs: readonly InputConfig[]): Check[] {
  if (verify === undefined) return [];
  const client = createQueryClient(verify);
  const services = inputs.filter(({ enabled }) => enabled).flatMap((input) => input.services);
  const tables = new Set(services.flatMap(tagsOf).map(tableOf));
  return [...tables].map((table) => ({
    name: `outputs.${name} verify (${verify.address}, table ${table})`,
    run: async (signal) => await checkTable(client, table, verify.pullingIdColumn, signal),
  }));
}

function describe(config: OutputConfig): string {
  switch (config.type) {
    case 'devo_platform':
    case 'relay':
      return `TLS handshake (${config.address}:${config.port})`;
    case 'syslog':
    case 'in_house_relay':
      return `connection (${config.address}:${config.port})`;
    case 'http':
      return `endpoint and token (${config.address})`;
    case 'console':
      return 'standard output';
    case 'file':
      return `file (${config.path})`;
  }
}
