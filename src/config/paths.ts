import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { CollectorPaths } from './model.js';

const CONFIG_FOLDER = 'config';
const DEFAULT_FILE = 'config.yaml';

/**
 * The config file to read, absolute, whether it exists or not: `file` (from `--config`) relative to `cwd`,
 * or to `config/` where nothing lies there; else `CONFIG_FILE` relative to `config/`; else config/config.yaml.
 */
export function configFile(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
): { path: string; source: string } {
  if (file !== undefined) {
    const direct = resolve(cwd, file);
    const inFolder = resolve(cwd, CONFIG_FOLDER, file);
    const path = !existsSync(direct) && existsSync(inFolder) ? inFolder : direct;
    return { path, source: '--config' };
  }
  const variable = env.CONFIG_FILE?.trim();
  return variable === undefined || variable === ''
    ? { path: resolve(cwd, CONFIG_FOLDER, DEFAULT_FILE), source: 'the default' }
    : {
        path: resolve(cwd, CONFIG_FOLDER, variable),
        source: 'the environment variable CONFIG_FILE',
      };
}

/** The folders that belong to a config file: beside `config/` where it lies in one, else beside the file. */
export function collectorPaths(file: string): CollectorPaths {
  const folder = dirname(file);
  const root = basename(folder) === CONFIG_FOLDER ? dirname(folder) : folder;
  return {
    root,
    configFile: file,
    certs: join(root, 'certs'),
    credentials: join(root, 'credentials'),
    state: join(root, 'state'),
  };
}

/** A certificate's file: a bare name lies in `certs/`, any other relative path beside `config/`. */
export function certificateFile(paths: CollectorPaths, name: string): string {
  if (isAbsolute(name)) return name;
  return basename(name) === name ? join(paths.certs, name) : resolve(paths.root, name);
}
