import type { IncomingMessage } from 'node:http';

/** Larger requests than this are nobody's: Devo's own limit of an HTTP request. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The whole body of a request; undefined if it is larger than 32 MB or the client left. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
}
