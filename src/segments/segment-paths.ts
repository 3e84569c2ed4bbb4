import { join } from 'node:path';

/** `<name>.seg` holds frames, `<name>.<output>.sent` the confirmation of one output. */
export const SEGMENT_SUFFIX = '.seg';
export const MARKER_SUFFIX = '.sent';

/** Any text as one part of a file name; dots go too, because they part name, output and suffix. */
export function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}

/** The workflow id that a folder below `segments/` stands for; undefined for a stranger's folder. */
export function workflowOf(folder: string): string | undefined {
  try {
    return decodeURIComponent(folder);
  } catch {
    return undefined;
  }
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
