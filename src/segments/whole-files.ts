import type { BigIntStats } from 'node:fs';

/**
 * Files that this process wrote, or read from end to end and found to be right, as they stood then. As long as
 * they stand so, reading one twice to send it once, to check it before its first byte leaves, brings nothing.
 */
export interface WholeFiles {
  remember(path: string, stats: BigIntStats): void;
  /** False as well where the file was changed, or replaced, since it was remembered. */
  isWhole(path: string, stats: BigIntStats): boolean;
  forget(path: string): void;
}

export function createWholeFiles(): WholeFiles {
  const known = new Map<string, string>();
  return {
    remember: (path, stats) => void known.set(path, identityOf(stats)),
    isWhole: (path, stats) => known.get(path) === identityOf(stats),
    forget: (path) => void known.delete(path),
  };
}

function identityOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}
