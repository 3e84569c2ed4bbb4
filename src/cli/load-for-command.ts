import type { CollectorConfig } from '../config/model.js';
import type { Io } from './io.js';

/**
 * Loads the config file a command was given and prints its warnings to stderr, with `debug` also what is mere
 * information. Raises `ConfigError`.
 */
export async function loadForCommand(
  io: Io,
  options: { readonly config?: string; readonly debug?: boolean },
): Promise<CollectorConfig> {
  const [{ loadConfig }, { warningLines }] = await Promise.all([
    import('../config/load-config.js'),
    import('../config/print-problems.js'),
  ]);
  const { config, warnings } = loadConfig({
    file: options.config,
    env: io.env,
    nowMs: io.nowMs(),
  });
  const serious = warnings.filter(({ severity }) => severity === 'warning');
  for (const line of warningLines(serious)) {
    io.printError(`${io.colors.yellow('warning')} ${line}`);
  }
  if (options.debug === true) {
    const rest = warnings.filter(({ severity }) => severity === 'info');
    for (const line of warningLines(rest)) io.printError(io.colors.dim(`info ${line}`));
  }
  return config;
}
