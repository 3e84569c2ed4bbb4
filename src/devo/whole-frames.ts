const LINE_FEED = 0x0a;

/**
 * Cuts a stream of frames anew into blocks of whole frames of at most `maxBytes`; a frame that is longer
 * makes a block by itself. Blocks stay as they are, also where a chunk does not.
 */
export async function* wholeFrames(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > maxBytes) {
      const end = blockEnd(rest, maxBytes);
      if (end === 0) break;
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
  while (rest.length > 0) {
    const end = rest.length > maxBytes ? blockEnd(rest, maxBytes) : 0;
    yield end === 0 ? rest : rest.subarray(0, end);
    rest = end === 0 ? Buffer.alloc(0) : rest.subarray(end);
  }
}

/** End of the last frame that fits, else of the first frame; 0 where no frame is complete. */
function blockEnd(bytes: Buffer, maxBytes: number): number {
  const last = bytes.lastIndexOf(LINE_FEED, maxBytes - 1) + 1;
  return last > 0 ? last : bytes.indexOf(LINE_FEED, maxBytes) + 1;
}
