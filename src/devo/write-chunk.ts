import type { Writable } from 'node:stream';

/**
 * Writes a chunk and waits until the stream needs its bytes no more: those of a segment are in a buffer that the
 * next ones take. Raises what the stream does, or the signal's reason.
 */
export async function writeChunk(
  stream: Writable,
  chunk: Buffer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    stream.write(chunk, (error) => {
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    });
  });
}
