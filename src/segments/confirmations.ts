import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentRef } from '../pull/receipts.js';
import { writeDurably } from './durable-file.js';
import { systemCode } from './errors.js';
import { encodePart, MARKER_SUFFIX, markerFile, workflowFolder } from './segment-paths.js';
import { makeWorkflowFolder } from './workflow-folder.js';

/** Whether this output confirmed exactly these bytes, not an older segment of the same name. */
export async function hasMarker(
  segmentsDir: string,
  ref: SegmentRef,
  output: string,
): Promise<boolean> {
  const path = markerFile(segmentsDir, ref.workflowId, ref.name, output);
  return (await readMarker(path)) === markerText(ref);
}

/** Remembers on disk that this output confirmed these bytes. */
export async function setMarker(
  segmentsDir: string,
  ref: SegmentRef,
  output: string,
): Promise<void> {
  await makeWorkflowFolder(segmentsDir, ref.workflowId);
  await writeDurably(markerFile(segmentsDir, ref.workflowId, ref.name, output), markerText(ref));
}

/** Removes the markers of other bytes under the same name. */
export async function clearStaleMarkers(segmentsDir: string, ref: SegmentRef): Promise<void> {
  const folder = workflowFolder(segmentsDir, ref.workflowId);
  for (const file of await readdir(folder)) {
    if (!file.startsWith(`${encodePart(ref.name)}.`) || !file.endsWith(MARKER_SUFFIX)) continue;
    const path = join(folder, file);
    if ((await readMarker(path)) !== markerText(ref)) await rm(path, { force: true });
  }
}

function markerText(ref: SegmentRef): string {
  return `${ref.crc32} ${ref.bytes}\n`;
}

async function readMarker(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
