declare module 'fs-native-extensions' {
  /** Takes a lock of the whole file for the open file of this descriptor; false where another has it. */
  export function tryLock(fd: number): boolean;
}
