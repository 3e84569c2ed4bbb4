import { CollectorError } from '../errors/collector-error.js';
import type { ErrorCatalogue } from '../errors/collector-error.js';

/** A full disk is looked at again after this time: long enough for somebody or a rotation to make room. */
const DISK_RETRY_MS = 30_000;

export const SEGMENT_ERRORS = {
  SEGMENT_DISK_FULL: {
    title: 'No space for segments',
    cause: 'The disk or the quota of the state folder is used up.',
    action:
      'Make room on the disk of the state folder; pulling goes on by itself, and nothing is lost meanwhile.',
  },
  SEGMENT_FOLDER_READONLY: {
    title: 'State folder not writable',
    cause:
      'The state folder is mounted read-only or belongs to another user than the one the collector runs as.',
    action: "Give the collector's user write access to the state folder.",
  },
  SEGMENT_MISSING: {
    title: 'Segment file missing',
    cause: 'A file of the state folder was removed, or the worker got another disk.',
    action: 'Nothing: the window is fetched again. Keep the state folder on a lasting volume.',
  },
  SEGMENT_DAMAGED: {
    title: 'Segment file damaged',
    cause: 'A file of the state folder was changed or cut, or the disk returns wrong bytes.',
    action: 'Nothing: the window is fetched again. If it happens repeatedly, check the disk.',
  },
  SEGMENT_IO: {
    title: 'Reading or writing a segment failed',
    cause: 'The disk of the state folder reported an error.',
    action: "Look at the error named in the message and at the system's log.",
  },
} as const satisfies ErrorCatalogue;

export type SegmentErrorCode = keyof typeof SEGMENT_ERRORS;

/** What a failed call on the state folder means; an error that is one of ours already stays as it is. */
export function toSegmentError(error: unknown, path: string): CollectorError {
  if (error instanceof CollectorError) return error;
  const system = systemCode(error);
  if (system === 'ENOSPC' || system === 'EDQUOT') {
    return segmentError(
      'SEGMENT_DISK_FULL',
      `found no space left for ${path} (${system}); make room on that disk`,
      error,
    );
  }
  if (system === 'EROFS' || system === 'EACCES' || system === 'EPERM') {
    return segmentError(
      'SEGMENT_FOLDER_READONLY',
      `could not use ${path} (${system}); give the collector's user access to the state folder`,
      error,
    );
  }
  return segmentError('SEGMENT_IO', `${path}: ${system ?? String(error)}`, error);
}

/** A lost segment, to be fetched again: trying to read it once more cannot help. */
export function lostSegment(
  code: 'SEGMENT_MISSING' | 'SEGMENT_DAMAGED',
  message: string,
): CollectorError {
  return new CollectorError(code, message, { retry: 'never' });
}

/** `ENOENT` and the like; undefined for anything that is not an error of the system. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

function segmentError(code: SegmentErrorCode, message: string, cause: unknown): CollectorError {
  return new CollectorError(code, message, { retry: 'later', retryAfterMs: DISK_RETRY_MS, cause });
}
