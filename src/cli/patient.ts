import { CollectorError } from '../errors/collector-error.js';
import type { Io } from './io.js';

/**
 * Reads for a view that is shown again and again: where Temporal is silent for a while, as when `up` starts again, what
 * was read before stands and a word of it goes to stderr. The first reading, and errors of this product, raise.
 */
export function patient<Reading>(
  io: Pick<Io, 'printError'>,
  read: () => Promise<Reading>,
): () => Promise<Reading> {
  let last: Reading | undefined;
  let isSilent = false;
  return async () => {
    try {
      last = await read();
      isSilent = false;
    } catch (error) {
      if (last === undefined || error instanceof CollectorError) throw error;
      if (!isSilent) io.printError('Temporal gives no answer; asking again');
      isSilent = true;
    }
    return last;
  };
}
