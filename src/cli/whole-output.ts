import type { Writable } from 'node:stream';

/**
 * What a process ends with once both streams have passed on all that was written: `code`, or 1 where stdout
 * could not.
 */
export async function exitCodeOnceWhole(
  code: number,
  stdout: Writable,
  stderr: Writable,
): Promise<number> {
  const [isWhole] = await Promise.all([isPassedOn(stdout), isPassedOn(stderr)]);
  return isWhole ? code : code || 1;
}

async function isPassedOn(stream: Writable): Promise<boolean> {
  return await new Promise((resolve) => {
    // Behind all that was written before; a pipe takes 64 KiB at once and the rest as its reader goes on.
    stream.write('', (error) => resolve(!error && stream.errored === null));
  });
}
