import { execFile } from 'node:child_process';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { CollectorError } from '../../errors/collector-error.js';
import { DATABASE } from './temporal-arguments.js';

const ANSWER_MS = 30_000;

/** The version of the server within a `temporal` binary, for example `1.32.0`; undefined where it does not say. */
export async function serverVersion(binary: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['--version'], { timeout: ANSWER_MS });
    return /\bServer (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    // What is wrong with the binary shows when it is started.
    return undefined;
  }
}

/**
 * Before a newer server than the last one opens the database, which it may change for good: copies it aside, in place
 * of an earlier copy. Raises `TEMPORAL_DATABASE_NEWER` for an older server.
 */
export async function guardDatabase(
  stateDir: string,
  { last, now }: { readonly last: string | undefined; readonly now: string | undefined },
  log?: Logger,
): Promise<void> {
  if (last === undefined || now === undefined || last === now) return;
  if (isOlder(now, last)) {
    throw new CollectorError(
      'TEMPORAL_DATABASE_NEWER',
      `found a Temporal server ${now}, expected ${last} or later, which wrote ${join(stateDir, DATABASE)}; name a newer binary in TEMPORAL_CLI`,
      { retry: 'never' },
    );
  }
  const names = await readdir(stateDir);
  const copies = names.filter((name) => name.startsWith(`${DATABASE}.`));
  await Promise.all(copies.map(async (name) => await rm(join(stateDir, name))));
  // With the two files of what SQLite has not yet moved into the first.
  const parts = ['', '-wal', '-shm'].filter((suffix) => names.includes(`${DATABASE}${suffix}`));
  for (const suffix of parts) {
    await copyFile(
      join(stateDir, `${DATABASE}${suffix}`),
      join(stateDir, `${DATABASE}.${last}${suffix}`),
    );
  }
  log?.info({ last, now, copy: `${DATABASE}.${last}` }, 'Newer Temporal server: database copied');
}

function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [a, b] = [parts(version), parts(than)];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}
