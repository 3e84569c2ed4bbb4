import { CollectorError } from '../errors/collector-error.js';
import type { ErrorCatalogue } from '../errors/collector-error.js';
import type { ConfigWarning } from './model.js';

export const CONFIG_ERRORS = {
  CONFIG_INVALID: {
    title: 'Several mistakes in the configuration',
    cause: 'The config file holds more than one mistake; each is listed with its own code.',
    action: 'Correct every line of the list; `cortex-devo validate --offline` shows it again.',
  },
  CONFIG_FILE_MISSING: {
    title: 'Config file not found',
    cause: 'No file lies where `--config`, `CONFIG_FILE` or the default config/config.yaml points.',
    action: 'Give the path with `--config`, or put the file into the folder config/.',
  },
  CONFIG_FILE_UNREADABLE: {
    title: 'Config file not readable',
    cause: 'The file is not valid YAML or JSON, or the collector’s user may not read it.',
    action: 'Correct the line and column named in the message, or the permissions of the file.',
  },
  CONFIG_KEY_MISSING: {
    title: 'Required key missing',
    cause: 'A key without a default is absent or empty.',
    action: 'Add the key at the path named in the message.',
  },
  CONFIG_VALUE_INVALID: {
    title: 'Value not accepted',
    cause: 'A value has another type, range or form than its key takes.',
    action: 'Write the value as the message expects it.',
  },
  CONFIG_VALUE_UNRESOLVED: {
    title: 'Placeholder in place of a value',
    cause:
      'A tag of YAML (`!env`, `!vault`) or a placeholder (`${NAME}`, `{{ name }}`) that another program was to replace; taken as it stands, it would be a wrong key.',
    action:
      'Write the value itself, put it into credentials/, or set it in the environment (CORTEX_API_KEY, CORTEX_API_KEY_ID, DEVO_HTTP_TOKEN).',
  },
  CONFIG_NAME_INVALID: {
    title: 'Name or id not accepted',
    cause: 'Names of inputs and outputs and ids become parts of workflow ids and file names.',
    action: 'Use letters, digits, dot, hyphen and underscore, at most 64 characters.',
  },
  CONFIG_START_TIME_FUTURE: {
    title: 'Start time in the future',
    cause: '`start_time` lies after now, by this machine’s clock.',
    action: 'Set a past date, or leave the key out to begin 24 hours before the first start.',
  },
  CONFIG_TAG_INVALID: {
    title: 'Devo tag not accepted',
    cause: 'A tag has too few or too many levels, is too long, or holds other characters.',
    action: 'Use 2 to 6 levels joined by dots, of letters, digits, underscore and hyphen.',
  },
  CONFIG_NO_INPUTS: {
    title: 'No inputs',
    cause: '`inputs` is missing or empty, so there is no tenant to pull from.',
    action: 'Add an input with id, credentials and services.',
  },
  CONFIG_NO_SERVICES: {
    title: 'Input without services',
    cause: '`services` of an input is missing or empty.',
    action: 'Add at least one service, or set `enabled: false` on the input to stop its streams.',
  },
  CONFIG_SERVICE_UNKNOWN: {
    title: 'Unknown service',
    cause: 'A key under `services` is none of the services that the collector pulls.',
    action: 'Correct the name to one that the message lists.',
  },
  CONFIG_NO_OUTPUTS: {
    title: 'No outputs',
    cause: 'Neither the config file nor the environment names a destination.',
    action:
      'Add `outputs` to the file, or set DEVO_ADDRESS, DEVO_CERT and DEVO_KEY (or DEVO_HTTP_ADDRESS, DEVO_HTTP_DOMAIN and DEVO_HTTP_TOKEN).',
  },
  CONFIG_OUTPUT_UNKNOWN: {
    title: 'Unknown output type',
    cause: '`type` of an output is none of the types that the collector delivers to.',
    action: 'Correct the type to one that the message lists.',
  },
  CONFIG_CERT_MISSING: {
    title: 'Certificate file not found',
    cause: 'A file named by `chain`, `cert` or `key` does not exist or cannot be read.',
    action:
      'Put the file into the folder certs/ beside config/, or correct its name. `status`, `pause`, `backfill list` and the other commands that only talk to Temporal work without it and say this as a warning.',
  },
  CONFIG_KEY_UNKNOWN: {
    title: 'Unknown key (warning)',
    cause: 'The file holds a key that the collector does not know; it has no effect.',
    action: 'Correct its spelling, or remove it.',
  },
  CONFIG_KEY_MISPLACED: {
    title: 'Key in the wrong place (warning)',
    cause: 'The file holds a known key at a place where it has no effect.',
    action: 'Move it to the place that the message names.',
  },
  CONFIG_OBFUSCATION_UNSUPPORTED: {
    title: 'Values cannot be hidden',
    cause:
      '`obfuscation_data` asks for values to be hidden, as Devo’s own collectors do. This collector delivers them as the API returns them, so it does not start.',
    action:
      'Remove the key if Devo may hold these values in clear. If it may not, take the service out of this file and leave it to a collector that hides them.',
  },
  CONFIG_KEYS_UNUSED: {
    title: 'Keys of Devo’s collectors that are not needed (information)',
    cause: 'The file holds keys that tune the inside of Devo’s own collectors.',
    action: 'Nothing; they may stay.',
  },
  CONFIG_NOTHING_ENABLED: {
    title: 'Every input is disabled (warning)',
    cause: '`enabled` is false on all inputs, so nothing is pulled.',
    action: 'Set `enabled: true` on an input.',
  },
} as const satisfies ErrorCatalogue;

export type ConfigErrorCode = keyof typeof CONFIG_ERRORS;

/** One mistake. No field ever holds the value of a secret. */
export interface ConfigProblem {
  /** Where, for example `inputs.cortex_xdr.services.incidents.start_time`; a file for mistakes of the file. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  readonly code: ConfigErrorCode;
  /** All of it in words: found, expected, and what to do where that is not plain. */
  readonly message: string;
}

/**
 * Raised for a config that cannot be used; carries every mistake, not the first one alone. Its code is
 * that of the mistake, or `CONFIG_INVALID` where there are several.
 */
export class ConfigError extends CollectorError {
  readonly problems: readonly ConfigProblem[];
  /** What a command exits with: wrong usage or config. */
  readonly exitCode = 2;

  constructor(
    file: string,
    problems: readonly ConfigProblem[],
    /** Found beside the mistakes; a misspelt key is often the reason of one. */
    readonly warnings: readonly ConfigWarning[] = [],
  ) {
    const [first] = problems;
    const single = problems.length === 1 ? first : undefined;
    super(
      single?.code ?? 'CONFIG_INVALID',
      single === undefined
        ? `found ${problems.length} mistakes in ${file}: ${problems.map((each) => `${each.code} ${each.path}`).join(', ')}; correct each of them`
        : `${single.path}: ${single.message}`,
      { retry: 'never' },
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
