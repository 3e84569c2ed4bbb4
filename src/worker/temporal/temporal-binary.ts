import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CollectorError } from '../../errors/collector-error.js';

/** The Temporal CLI that `scripts/temporal-requirements.txt` pins. */
export const PINNED_TEMPORAL_VERSION = '1.9.1';

/**
 * The path of a `temporal` binary: `TEMPORAL_CLI`, else the pinned one of the project's cache, which
 * `scripts/temporal.sh` fills, else the first on `PATH`. Throws `TEMPORAL_BINARY_MISSING`.
 */
export function findTemporalBinary(env: NodeJS.ProcessEnv, projectRoot: string): string {
  const named = env.TEMPORAL_CLI;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw missing(`TEMPORAL_CLI names ${named}, which is not an executable file`);
  }
  const cached = join(projectRoot, '.cache', 'temporal', PINNED_TEMPORAL_VERSION, 'temporal');
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'temporal'));
  const found = [cached, ...onPath].find(isExecutable);
  if (found === undefined) throw missing('found no temporal on PATH or in the project’s cache');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missing(found: string): CollectorError {
  return new CollectorError(
    'TEMPORAL_BINARY_MISSING',
    `${found}; run scripts/temporal.sh, install the Temporal CLI (brew install temporal, or ` +
      'https://docs.temporal.io/cli/setup-cli), or set TEMPORAL_ADDRESS to a running server',
    { retry: 'never' },
  );
}
