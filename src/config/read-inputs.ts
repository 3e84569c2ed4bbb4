import type { SeparateCredentials } from './credentials-folder.js';
import { addProblem, addWarning } from './findings.js';
import { CREDENTIALS, INPUT } from './input-levels.js';
import type { Credentials, InputConfig } from './model.js';
import { checkName } from './names.js';
import { describeFound, isAbsent, isMapping } from './printable.js';
import { join, readLevel } from './read-level.js';
import type { LevelContext } from './read-level.js';
import { readRequestsLimits } from './read-requests-limits.js';
import { readServices } from './read-services.js';

export interface InputsContext extends Omit<LevelContext, 'path'> {
  readonly separate: SeparateCredentials;
  readonly nowMs: number;
}

/** Reads `inputs`: at least one, each with id, credentials and services. */
export function readInputs(raw: unknown, context: InputsContext): InputConfig[] {
  const { findings } = context;
  if (!isAbsent(raw) && !isMapping(raw)) {
    addProblem(findings, 'CONFIG_VALUE_INVALID', 'inputs', {
      found: describeFound(raw, true),
      expected: 'a mapping of inputs by name',
    });
    return [];
  }
  const entries = Object.entries(raw ?? {});
  if (entries.length === 0) {
    addProblem(findings, 'CONFIG_NO_INPUTS', 'inputs', {
      found: 'nothing',
      expected: 'at least one input',
      advice: 'add inputs: {cortex_xdr: {id, credentials, services}}',
    });
    return [];
  }
  // Variables cannot name an input: with several they only serve what the files leave out.
  const envUse = entries.length === 1 ? 'override' : 'fill';
  const inputs = entries.map(([name, each]) =>
    readInput(name, each, { ...context, path: join('inputs', name), envUse }),
  );
  if (inputs.every((input) => !input.enabled)) {
    addWarning(
      findings,
      'CONFIG_NOTHING_ENABLED',
      'inputs',
      'found enabled: false on every input, so nothing will be pulled',
    );
  }
  return inputs;
}

function readInput(name: string, raw: unknown, context: InputsContext & LevelContext): InputConfig {
  const { path, findings } = context;
  checkName(findings, path, name);
  const { values } = readLevel(INPUT, raw, context);
  const nested = isMapping(raw) ? raw : {};
  const { services, limits } = readServices(nested.services, {
    ...context,
    path: join(path, 'services'),
    apiFqdn: values.api_fqdn,
    // A mistake at the input's own key is reported there, once.
    apiFqdnGiven: !isAbsent(nested.api_fqdn) || !isAbsent(context.env.CORTEX_API_FQDN),
  });
  return {
    name,
    id: values.id,
    enabled: values.enabled,
    credentials: readCredentials(name, nested.credentials, context),
    proxy: values.proxy,
    environment: values.environment,
    extraDataPerMinute: values.extra_data_requests_per_minute,
    requestLimits: [
      { requests: values.requests_per_second, periodMs: 1000 },
      ...readRequestsLimits(nested.requests_limits, {
        ...context,
        path: join(path, 'requests_limits'),
      }),
      ...limits,
    ],
    services,
  };
}

/**
 * Secrets by rank: the environment, `credentials/`, the config file. Where several inputs share plain
 * secrets in `credentials/` (or the environment), those serve inputs without their own.
 */
function readCredentials(
  name: string,
  raw: unknown,
  context: InputsContext & LevelContext,
): Credentials {
  const { separate, envUse } = context;
  const plainFirst = envUse === 'fill' ? [separate.plain, raw] : [raw, separate.plain];
  const sources = [...plainFirst, separate.ofInput(name)];
  const misshapen = sources.find((each) => !isAbsent(each) && !isMapping(each));
  const merged = Object.fromEntries(
    sources
      .filter(isMapping)
      .flatMap((source) => Object.entries(source).filter(([, value]) => !isAbsent(value))),
  );
  const { values } = readLevel(CREDENTIALS, misshapen ?? merged, {
    ...context,
    path: join(context.path, 'credentials'),
  });
  return { apiKey: values.api_key, apiKeyId: values.api_key_id, authType: values.auth_type };
}
