import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

export interface BoundedLog {
  readonly write: (chunk: Buffer) => void;
  readonly close: () => void;
}

/**
 * Appends to `path`; a file that has reached `maxBytes` becomes `path.1`, and the one before it goes. A disk
 * that takes nothing loses log lines, never the process.
 */
export function openBoundedLog(path: string, maxBytes: number): BoundedLog {
  let file = openSync(path, 'a', 0o600);
  let bytes = fstatSync(file).size;

  const rotate = (): void => {
    closeSync(file);
    renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
    bytes = 0;
  };

  return {
    write(chunk) {
      try {
        if (bytes > 0 && bytes + chunk.length > maxBytes) rotate();
        bytes += writeSync(file, chunk);
      } catch {
        // Nobody is left to tell: this is the log.
      }
    },
    close: () => closeSync(file),
  };
}
