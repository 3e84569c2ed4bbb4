import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { wholeFrames } from './whole-frames.js';

/** Frames that go into one gzip member, bytes; the buffer of Devo's collectors. */
const MEMBER_BYTES = 51_200;
/** Compression level of Devo's collectors. */
const LEVEL = 6;
/**
 * Members compressed at a time; so many are held at most. With four, a receiver on the same two cores got too
 * little of them (0.69 of a bare writer instead of 0.80), with one, two cores stood idle (0.72 instead of 1.0).
 */
const AT_ONCE = 2;

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);

/** Devo's gzip mode: whole frames, some 50 KB at a time, each lot a gzip member of its own, in their order. */
export async function* gzipMembers(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ahead: Promise<Buffer>[] = [];
  try {
    for await (const block of wholeFrames(chunks, MEMBER_BYTES)) {
      const member = compress(block, { level: LEVEL });
      // Keeps a failure that nobody awaits yet from counting as unhandled.
      member.catch(() => undefined);
      ahead.push(member);
      if (ahead.length === AT_ONCE) yield* ahead.splice(0, 1);
    }
    yield* ahead;
  } finally {
    await Promise.allSettled(ahead);
  }
}
