import type { CollectorConfig, ConfigWarning } from '../config/model.js';
import type { Io } from './io.js';

interface Given {
  readonly config?: string;
  readonly debug?: boolean;
  /** Hears the warnings as well, before anything is raised. */
  readonly onWarnings?: (warnings: readonly ConfigWarning[]) => void;
}

/**
 * Loads the config file a command was given and prints its warnings to stderr, with `debug` also what is mere
 * information. Raises `ConfigError`.
 */
export async function loadForCommand(io: Io, options: Given): Promise<CollectorConfig> {
  return await load(io, options, 'required');
}

/**
 * The same for a command that talks to Temporal alone: whoever looks for the reason of a trouble, or pauses a
 * stream because of it, may be without a certificate just then.
 */
export async function loadForSteering(io: Io, options: Given): Promise<CollectorConfig> {
  return await load(io, options, 'optional');
}

async function load(
  io: Io,
  options: Given,
  certificates: 'required' | 'optional',
): Promise<CollectorConfig> {
  const [{ loadConfig }, { ConfigError }, { warningLines }] = await Promise.all([
    import('../config/load-config.js'),
    import('../config/errors.js'),
    import('../config/print-problems.js'),
  ]);
  const tell = (warnings: readonly ConfigWarning[]) => {
    options.onWarnings?.(warnings);
    const serious = warnings.filter(({ severity }) => severity === 'warning');
    for (const line of warningLines(serious)) {
      io.printError(`${io.colors.yellow('warning')} ${line}`);
    }
    if (options.debug !== true) return;
    const rest = warnings.filter(({ severity }) => severity === 'info');
    for (const line of warningLines(rest)) io.printError(io.colors.dim(`info ${line}`));
  };
  try {
    const { config, warnings } = loadConfig({
      file: options.config,
      env: io.env,
      nowMs: io.nowMs(),
      certificates,
    });
    tell(warnings);
    return config;
  } catch (error) {
    if (error instanceof ConfigError) tell(error.warnings);
    throw error;
  }
}
