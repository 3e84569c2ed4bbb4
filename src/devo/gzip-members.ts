import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { wholeFrames } from './whole-frames.js';

/** Frames that go into one gzip member, bytes; the buffer of Devo's collectors. */
const MEMBER_BYTES = 51_200;
/** Compression level of Devo's collectors. */
const LEVEL = 6;
/** Members compressed at a time, on other cores where there are some; so many are held at most. */
const AT_ONCE = 4;

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
