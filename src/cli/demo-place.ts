import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cliError } from './errors.js';

/** The folder asked for, which must be new or empty (`USAGE_FOLDER`), or a new temporary one. */
export async function demoFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return await mkdtemp(join(tmpdir(), 'cortex-devo-demo-'));
  const dir = await makeFolder(wanted);
  if ((await readdir(dir)).length > 0) {
    throw cliError('USAGE_FOLDER', `--dir: found files in ${dir}, expected a new or empty folder`);
  }
  return dir;
}

/** The folder's absolute path, made where it is not there. Raises `USAGE_FOLDER` where that cannot be. */
export async function makeFolder(wanted: string): Promise<string> {
  const dir = resolve(wanted);
  try {
    // One by one: the recursion of Node's own never ends below /proc, where nothing can be made.
    for (const missing of missingFolders(dir)) await mkdir(missing);
  } catch (error) {
    const { code = 'unknown cause' } = error as NodeJS.ErrnoException;
    throw cliError(
      'USAGE_FOLDER',
      `--dir: found that ${dir} cannot be made (${code}), expected a folder; name another`,
    );
  }
  return dir;
}

/** The folders on the way to `dir` that are not there, `dir` included, from the top down. */
function missingFolders(dir: string): string[] {
  const missing: string[] = [];
  for (let at = dir; !statSync(at, { throwIfNoEntry: false })?.isDirectory(); at = dirname(at)) {
    missing.unshift(at);
  }
  return missing;
}

/** The demo's streams belong on no cluster: whatever names one is left out, a profile on disk too. */
export function withoutCluster(env: NodeJS.ProcessEnv, dir: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('TEMPORAL_') || name === 'TEMPORAL_CLI',
  );
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: join(dir, 'no-profile.toml') };
}
