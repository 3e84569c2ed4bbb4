import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SegmentRef } from '../pull/receipts.js';
import { FILE_MODE, syncFolder, temporaryName } from './durable-file.js';
import { toSegmentError } from './errors.js';
import type { SegmentWriter } from './segment-store.js';
import type { WholeFiles } from './whole-files.js';

/** Frames are gathered up to about this many bytes before they go to the disk. */
const WRITE_BYTES = 256 * 1024;

export interface WriterOptions {
  readonly path: string;
  /** Makes the folder that `path` lies in. */
  readonly makeFolder: () => Promise<void>;
  readonly identity: Pick<SegmentRef, 'workflowId' | 'name' | 'hostQueue'>;
  /** Temporary files in use, which must not be swept away. */
  readonly inUse: Set<string>;
  readonly whole: WholeFiles;
  /** Called when the segment stands under its name. */
  readonly onCommitted: (ref: SegmentRef) => Promise<void>;
}

/**
 * Writes a segment under a name of its own and renames it when it is whole and on the disk. Two writers
 * of the same segment do not meet: the one that commits last wins.
 */
export function createSegmentWriter(options: WriterOptions): SegmentWriter {
  const { path, identity, inUse, whole } = options;
  const temporary = temporaryName(path);
  let file: FileHandle | undefined;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let bytes = 0;
  let events = 0;
  let checksum = 0;

  async function write(chunk: Buffer): Promise<void> {
    if (file === undefined) {
      await options.makeFolder();
      inUse.add(temporary);
      file = await open(temporary, 'wx', FILE_MODE);
    }
    await file.appendFile(chunk);
    checksum = crc32(chunk, checksum);
    bytes += chunk.length;
  }

  async function flush(): Promise<void> {
    const [first = Buffer.alloc(0)] = waiting;
    if (waitingBytes > 0) {
      const chunk = waiting.length === 1 ? first : Buffer.concat(waiting);
      waiting = [];
      waitingBytes = 0;
      writing = writing.then(() => write(chunk));
      // The same failure reaches every caller that awaits the chain; an unawaited one must not end the process.
      writing.catch(() => undefined);
    }
    await writing;
  }

  async function discard(): Promise<void> {
    await writing.catch(() => undefined);
    const opened = file;
    file = undefined;
    await opened?.close();
    await rm(temporary, { force: true });
    inUse.delete(temporary);
  }

  function forget(): void {
    waiting = [];
    waitingBytes = 0;
    writing = Promise.resolve();
    bytes = 0;
    events = 0;
    checksum = 0;
  }

  async function publish(opened: FileHandle): Promise<SegmentRef> {
    await opened.sync();
    whole.remember(path, await opened.stat({ bigint: true }));
    await opened.close();
    file = undefined;
    await rename(temporary, path);
    inUse.delete(temporary);
    await syncFolder(dirname(path));
    const ref: SegmentRef = { ...identity, bytes, events, crc32: checksum };
    await options.onCommitted(ref);
    return ref;
  }

  return {
    async append(frames, count) {
      const chunk = typeof frames === 'string' ? Buffer.from(frames, 'utf8') : frames;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      events += count;
      if (waitingBytes < WRITE_BYTES) return;
      await flush().catch(raise);
    },
    async restart() {
      await discard().catch(raise);
      forget();
    },
    async commit() {
      try {
        await flush();
        return file === undefined ? null : await publish(file);
      } catch (error) {
        await discard().catch(() => undefined);
        raise(error);
      }
    },
    async abort() {
      await discard().catch(raise);
      forget();
    },
  };

  function raise(error: unknown): never {
    throw toSegmentError(error, path);
  }
}
