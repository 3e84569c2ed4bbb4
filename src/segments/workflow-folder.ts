import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeDurably } from './durable-file.js';
import { systemCode } from './errors.js';
import { encodePart, workflowFolder } from './segment-paths.js';

/** Names the workflow whose folder it lies in, where the id was too long to be read from the folder's name. */
export const OWNER_FILE = 'workflow-id';

/** Makes the folder of a workflow's segments. */
export async function makeWorkflowFolder(segmentsDir: string, workflowId: string): Promise<void> {
  await makeFolder(workflowFolder(segmentsDir, workflowId));
  const folder = encodePart(workflowId);
  if ((await ownerOf(segmentsDir, folder)) === workflowId) return;
  await writeDurably(join(segmentsDir, folder, OWNER_FILE), workflowId);
}

/** The workflow id that a folder below `segments/` stands for; undefined for a stranger's folder. */
export async function ownerOf(segmentsDir: string, folder: string): Promise<string | undefined> {
  const spelt = decoded(folder);
  if (spelt !== undefined && encodePart(spelt) === folder) return spelt;
  try {
    const workflowId = await readFile(join(segmentsDir, folder, OWNER_FILE), 'utf8');
    return encodePart(workflowId) === folder ? workflowId : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** undefined: no encoded text, or the beginning of one, cut within a letter. */
function decoded(folder: string): string | undefined {
  try {
    return decodeURIComponent(folder);
  } catch {
    return undefined;
  }
}
