import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ends every temporary file; nothing with this ending is ever read. */
export const TEMPORARY_SUFFIX = '.tmp';
/** Frames are customers' security events: for the collector's user alone. */
export const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A name beside `path` that no other writer has. */
export function temporaryName(path: string): string {
  return `${path}.${randomUUID()}${TEMPORARY_SUFFIX}`;
}

/** Makes a folder and its parents, for this user alone. */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (firstMade === undefined) return;
  // A new folder is itself an entry of its parent, and lost with it unless that is synced.
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Makes renames and removals within a folder outlive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Replaces a small file so that after a crash it holds either the old text or the new one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, 'wx', FILE_MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}
