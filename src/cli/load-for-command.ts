import type { CollectorConfig } from '../config/model.js';
import type { Io } from './io.js';

/** Loads the config file a command was given and prints its warnings to stderr. Raises `ConfigError`. */
export async function loadForCommand(
  io: Io,
  options: { readonly config?: string },
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
  for (const line of warningLines(warnings)) {
    io.printError(`${io.colors.yellow('warning')} ${line}`);
  }
  return config;
}
