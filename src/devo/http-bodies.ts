import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { devoError } from './errors.js';
import { parseFrame } from './frame.js';
import { wholeFrames } from './whole-frames.js';

/** Frames parsed at a time, bytes. */
const BLOCK_BYTES = 256 * 1024;

const compress = promisify<Buffer, Buffer>(gzip);

/** Events of one tag for one request. */
export interface HttpBody {
  readonly host: string;
  readonly tag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/**
 * Sorts frames by host and tag, which stand in the URL, into bodies of one event a line. A body has at most
 * `maxBytes` before compression, and so have all that are held at once; a longer event goes alone.
 */
export async function* httpBodies(
  frames: AsyncIterable<Buffer>,
  maxBytes: number,
  compression: boolean,
): AsyncGenerator<HttpBody> {
  const held = new Map<string, { host: string; tag: string; lines: string[] }>();
  let heldBytes = 0;

  async function* flush(): AsyncGenerator<HttpBody> {
    for (const { host, tag, lines } of held.values()) {
      const plain = Buffer.from(lines.join(''), 'utf8');
      const headers: Record<string, string> = compression ? { 'Content-Encoding': 'gzip' } : {};
      yield { host, tag, headers, bytes: compression ? await compress(plain) : plain };
    }
    held.clear();
    heldBytes = 0;
  }

  for await (const block of wholeFrames(frames, BLOCK_BYTES)) {
    for (const line of block.toString('utf8').split('\n')) {
      if (line === '') continue;
      const parsed = parseFrame(line);
      if (parsed === undefined) {
        throw devoError(
          'DEVO_FRAME_INVALID',
          'the segment holds a line that is no frame; reset the persistence to before its window',
          'never',
        );
      }
      const text = `${parsed.message}\n`;
      const bytes = Buffer.byteLength(text);
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) yield* flush();
      const key = `${parsed.host} ${parsed.tag}`;
      const group = held.get(key) ?? { host: parsed.host, tag: parsed.tag, lines: [] };
      held.set(key, group);
      group.lines.push(text);
      heldBytes += bytes;
    }
  }
  yield* flush();
}
