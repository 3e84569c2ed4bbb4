import { createReadStream } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
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
      await check(path, ref, whole);
      yield* checked(path, ref);
    },
  };
}

/** Reads the file once, unless it is known to be whole, and raises an error unless it is the one of the receipt. */
async function check(path: string, ref: SegmentRef, whole: WholeFiles): Promise<void> {
  let bytes = 0;
  let checksum = 0;
  let stats: BigIntStats;
  try {
    const file = await open(path, 'r');
    try {
      stats = await file.stat({ bigint: true });
      if (whole.isWhole(path, stats)) return;
      // One buffer for the whole file: a new one for each read costs as much as the checksum.
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, READ_BYTES);
        if (bytesRead === 0) break;
        bytes += bytesRead;
        checksum = crc32(buffer.subarray(0, bytesRead), checksum);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asSegmentError(error, path);
  }
  compare(path, ref, bytes, checksum);
  whole.remember(path, stats);
}

/** Hands the file out while it checks it in the same way. */
async function* checked(path: string, ref: SegmentRef): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  let checksum = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      bytes += (chunk as Buffer).length;
      checksum = crc32(chunk as Buffer, checksum);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw asSegmentError(error, path);
  }
  compare(path, ref, bytes, checksum);
}

function compare(path: string, ref: SegmentRef, bytes: number, checksum: number): void {
  if (bytes !== ref.bytes) throw wrongSize(path, ref, bytes);
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
