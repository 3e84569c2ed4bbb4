import { statSync } from 'node:fs';
import { readCredentialsFolder } from './credentials-folder.js';
import { ConfigError } from './errors.js';
import { addProblem, allWarnings, asWarnings, noFindings } from './findings.js';
import type { Findings } from './findings.js';
import type { CollectorConfig, CollectorPaths, ConfigWarning } from './model.js';
import { parseFile } from './parse-file.js';
import { collectorPaths, configFile } from './paths.js';
import { describeFound, isMapping, printable } from './printable.js';
import { readGlobals } from './read-globals.js';
import { readInputs } from './read-inputs.js';
import { warnOfUnknownKey } from './read-level.js';
import { readOutputs } from './read-outputs.js';

/** The keys of the file itself. */
const TOP_KEYS = ['globals', 'global_overrides', 'outputs', 'inputs'] as const;

export interface LoadOptions {
  /** `--config`: relative to `cwd`, or to `config/` where nothing lies there. */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Start times after it are mistakes, epoch ms. */
  readonly nowMs: number;
  /** Default: the process's. */
  readonly cwd?: string;
  /** `optional`: a certificate's file that is missing is a warning. Default: `required`. */
  readonly certificates?: 'required' | 'optional';
}

export interface LoadedConfig {
  readonly config: CollectorConfig;
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Finds, reads and checks the config file, of Devo's on-premise layout or Collector Server's, with the
 * secrets of `credentials/` and the environment. Raises a `ConfigError` with every mistake, nothing else.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { path, source } = configFile(options.file, options.env, options.cwd ?? process.cwd());
  const findings = noFindings();
  const paths = collectorPaths(path);
  if (!exists(path)) {
    addProblem(findings, 'CONFIG_FILE_MISSING', path, {
      found: 'no file',
      expected: `the config file that ${source} names`,
      advice: 'put it there, or give its path with --config',
    });
    throw new ConfigError(path, findings.problems);
  }
  const parsed = parseFile(path, findings);
  if (parsed === undefined) throw new ConfigError(path, findings.problems);
  return checkConfig(parsed.raw, paths, options);
}

/**
 * Checks what stands in a config file and makes the config of it; looks at the disk for certificates and
 * `credentials/` alone. Raises a `ConfigError` with every mistake, nothing else.
 */
export function checkConfig(
  raw: unknown,
  paths: CollectorPaths,
  { env, nowMs, certificates }: Pick<LoadOptions, 'env' | 'nowMs' | 'certificates'>,
): LoadedConfig {
  const findings = noFindings();
  const config = readConfig(raw, paths, { env, nowMs, findings });
  if (certificates === 'optional') asWarnings(findings, 'CONFIG_CERT_MISSING');
  if (config === undefined || findings.problems.length > 0) {
    throw new ConfigError(paths.configFile, findings.problems, allWarnings(findings));
  }
  return { config, warnings: allWarnings(findings) };
}

function readConfig(
  raw: unknown,
  paths: CollectorPaths,
  context: { env: NodeJS.ProcessEnv; nowMs: number; findings: Findings },
): CollectorConfig | undefined {
  const { findings } = context;
  if (!isMapping(raw)) {
    addProblem(findings, 'CONFIG_VALUE_INVALID', paths.configFile, {
      found: describeFound(raw, true),
      expected: 'a mapping with inputs and outputs',
    });
    return undefined;
  }
  for (const key of Object.keys(raw)) {
    if (!TOP_KEYS.some((known) => known === key))
      warnOfUnknownKey(findings, printable(key), key, TOP_KEYS);
  }
  const separate = readCredentialsFolder(paths, findings);
  return {
    paths,
    ...readGlobals(raw, context),
    outputs: readOutputs(raw.outputs, { ...context, paths, separate }),
    inputs: readInputs(raw.inputs, { ...context, separate }),
  };
}

/** Anything but a plain "no such file" is left to the reading, which names the trouble. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
