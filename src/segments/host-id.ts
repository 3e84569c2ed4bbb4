import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeDurably } from './durable-file.js';
import { systemCode, toSegmentError } from './errors.js';

const HOST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of this disk, made once: it lives beside the segments, so that whoever has the segments has the
 * task queue on which they are delivered. A file that holds no id is replaced.
 */
export async function readHostId(stateDir: string): Promise<string> {
  const path = join(stateDir, 'host-id');
  try {
    await makeFolder(stateDir);
    const found = await readText(path);
    if (found !== undefined && HOST_ID.test(found)) return found;
    const made = randomUUID();
    await writeDurably(path, `${made}\n`);
    return made;
  } catch (error) {
    throw toSegmentError(error, path);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
