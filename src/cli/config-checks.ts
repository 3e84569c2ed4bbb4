import type { CollectorConfig, InputConfig, OutputConfig } from '../config/model.js';
import { checkCredentials } from '../cortex/check-credentials.js';
import { createCortexClient } from '../cortex/client.js';
import { createLimiter } from '../cortex/limiter.js';
import { createOutput } from '../devo/create-output.js';
import { requireUsable } from '../worker/state-folder.js';
import type { Check } from './checks.js';

/** What a config lets `validate` try: the state folder, the API of each tenant of enabled inputs, then every output. */
export function configChecks(config: CollectorConfig, nowMs: () => number): Check[] {
  return [
    {
      name: `state folder (${config.paths.state})`,
      run: () => Promise.resolve().then(() => requireUsable(config.paths.state)),
    },
    ...config.inputs.filter(({ enabled }) => enabled).flatMap((input) => apiChecks(input, nowMs)),
    ...config.outputs.map(outputCheck),
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
