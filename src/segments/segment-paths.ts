import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** `<name>.seg` holds frames, `<name>.<output>.sent` the confirmation of one output. */
export const SEGMENT_SUFFIX = '.seg';
export const MARKER_SUFFIX = '.sent';

/** Longest part of a file name, bytes; name, output and a temporary suffix together have to stay below 255. */
const PART_BYTES = 80;
const HASH_DIGITS = 16;

/**
 * Any text as one part of a file name; dots go too, because they part name, output and suffix. A long one keeps a
 * short beginning to be recognised by, and behind a tilde a hash that tells it from all others.
 */
export function encodePart(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll('.', '%2E').replaceAll('~', '%7E');
  if (encoded.length <= PART_BYTES) return encoded;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  // No half of an escaped byte at the end.
  const start = encoded.slice(0, PART_BYTES - HASH_DIGITS - 1).replace(/%.?$/, '');
  return `${start}~${hash}`;
}

/** Segment name, encoded, that a file in a workflow's folder belongs to. */
export function encodedNameOf(file: string): string {
  return file.split('.', 1)[0] ?? file;
}

export function workflowFolder(segmentsDir: string, workflowId: string): string {
  return join(segmentsDir, encodePart(workflowId));
}

export function segmentFile(segmentsDir: string, workflowId: string, name: string): string {
  return join(workflowFolder(segmentsDir, workflowId), `${encodePart(name)}${SEGMENT_SUFFIX}`);
}

export function markerFile(
  segmentsDir: string,
  workflowId: string,
  name: string,
  output: string,
): string {
  return join(
    workflowFolder(segmentsDir, workflowId),
    `${encodePart(name)}.${encodePart(output)}${MARKER_SUFFIX}`,
  );
}
