import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { CollectorError } from '../errors/collector-error.js';
import type { SegmentRef } from '../pull/receipts.js';
import { lostSegment, systemCode, toSegmentError } from './errors.js';
import type { SegmentSource } from './segment-store.js';
import type { WholeFiles } from './whole-files.js';

/** One read from the disk, bytes; below 1 MB, TLS over the observed transport gets measurably slower. */
const READ_BYTES = 1024 * 1024;

/** Opens a segment that is there in its full size. Raises `SEGMENT_MISSING` or `SEGMENT_DAMAGED`. */
export async function openSegment(
  path: string,
  ref: SegmentRef,
  whole: WholeFiles,
): Promise<SegmentSource> {
  try {
    const { size } = await stat(path);
    if (size !== ref.bytes) throw wrongSize(path, ref, size);
  } catch (error) {
    throw asSegmentError(error, path);
  }
  return {
    ref,
    async *frames() {
      try {
        const file = await open(path, 'r');
        try {
          const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(1, ref.bytes)));
          const stats = await file.stat({ bigint: true });
          if (!whole.isWhole(path, stats)) {
            const reading = checked(file, path, ref, buffer);
            while ((await reading.next()).done !== true) continue;
            whole.remember(path, stats);
          }
          yield* checked(file, path, ref, buffer);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw asSegmentError(error, path);
      }
    },
  };
}

/**
 * Reads the file from its beginning and raises an error unless it is the one of the receipt. All chunks lie in
 * one buffer, one after the other: a new one for each costs as much as the checksum, and more to collect.
 */
async function* checked(
  file: FileHandle,
  path: string,
  ref: SegmentRef,
  buffer: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  let checksum = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    bytes += bytesRead;
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== ref.crc32) {
    throw lostSegment(
      'SEGMENT_DAMAGED',
      `${path} has checksum ${hex(checksum)} where ${hex(ref.crc32)} was written; its window is fetched again`,
    );
  }
}

function wrongSize(path: string, ref: SegmentRef, bytes: number): CollectorError {
  return lostSegment(
    'SEGMENT_DAMAGED',
    `${path} holds ${bytes} bytes where ${ref.bytes} were written; its window is fetched again`,
  );
}

function asSegmentError(error: unknown, path: string): unknown {
  if (systemCode(error) !== 'ENOENT') return toSegmentError(error, path);
  return lostSegment('SEGMENT_MISSING', `found no file ${path}; its window is fetched again`);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
