import { isAscii } from 'node:buffer';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';

const unpack = promisify(unzip);
/** A page unpacks to some 100 KB: in zlib's own pieces of 16 KB that takes twice as long. */
const UNPACK_BYTES = 512 * 1024;

/**
 * The text of a reply's body, unpacked as a whole where `encoding` says that it is packed. Raises zlib's error
 * where it is cut, broken, or unpacks to more than `mostBytes`.
 */
export async function bodyText(
  body: Buffer,
  encoding: string | undefined,
  mostBytes: number,
): Promise<string> {
  const packed = encoding !== undefined && /^(?:x-)?gzip$|^deflate$/i.test(encoding.trim());
  const options = { chunkSize: UNPACK_BYTES, maxOutputLength: mostBytes };
  const bytes = packed && body.length > 0 ? await unpack(body, options) : body;
  // Decoding UTF-8 costs as much as parsing; a byte order mark, which only the decoder drops, is not ASCII.
  return isAscii(bytes) ? bytes.toString('latin1') : new TextDecoder().decode(bytes);
}
