import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { wholeFrames } from './whole-frames.js';

/** Frames that go into one gzip member, bytes; the buffer of Devo's collectors. */
const MEMBER_BYTES = 51_200;
/** Compression level of Devo's collectors. */
const LEVEL = 6;

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);

/** Devo's gzip mode: whole frames, some 50 KB at a time, each lot a gzip member of its own. */
export async function* gzipMembers(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const block of wholeFrames(chunks, MEMBER_BYTES)) {
    yield await compress(block, { level: LEVEL });
  }
}
