import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { SegmentRef } from '../pull/receipts.js';
import { lostSegment, systemCode, toSegmentError } from './errors.js';
import type { SegmentSource } from './segment-store.js';

/** One read from the disk, bytes; below 1 MB, TLS over the observed transport gets measurably slower. */
const READ_BYTES = 1024 * 1024;

/**
 * Reads a segment once from end to end, without keeping it, and hands it out only if its size and
 * checksum are those of its receipt. Raises `SEGMENT_MISSING` or `SEGMENT_DAMAGED`.
 */
export async function openSegment(path: string, ref: SegmentRef): Promise<SegmentSource> {
  const stream = () => createReadStream(path, { highWaterMark: READ_BYTES });
  try {
    const { size } = await stat(path);
    if (size !== ref.bytes) {
      throw lostSegment(
        'SEGMENT_DAMAGED',
        `${path} holds ${size} bytes where ${ref.bytes} were written; its window is fetched again`,
      );
    }
    let found = 0;
    for await (const chunk of stream()) found = crc32(chunk as Buffer, found);
    if (found !== ref.crc32) {
      throw lostSegment(
        'SEGMENT_DAMAGED',
        `${path} has checksum ${hex(found)} where ${hex(ref.crc32)} was written; its window is fetched again`,
      );
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw lostSegment('SEGMENT_MISSING', `found no file ${path}; its window is fetched again`);
    }
    throw toSegmentError(error, path);
  }
  return { ref, stream };
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
