/** Passes chunks on and tells the sum of their bytes so far. */
export async function* counted(
  chunks: AsyncIterable<Buffer>,
  onProgress: (bytesSoFar: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    onProgress(bytes);
  }
}
