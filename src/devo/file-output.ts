import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import type { FileOutputConfig } from '../config/model.js';
import { syncFolder } from '../segments/durable-file.js';
import { codeOf, devoError } from './errors.js';
import type { Output } from './output.js';

const LINE_FEED = 0x0a;
/** Frames hold security events: for the collector's user alone. */
const FILE_MODE = 0o600;

/** Frames appended to a file and synced; one segment at a time, a failed one is cut off again. */
export function createFileOutput(config: FileOutputConfig): Output {
  const { name, type, path } = config;
  const queue = new PQueue({ concurrency: 1 });

  function toFileError(error: unknown): unknown {
    const code = codeOf(error);
    if (code === undefined || (error as NodeJS.ErrnoException).syscall === undefined) return error;
    return devoError(
      'DEVO_FILE_FAILED',
      `could not write ${path} (${code}); make room or correct the path`,
      'later',
      error,
    );
  }

  return {
    name,
    type,
    async deliver(source, { signal }) {
      const startMs = performance.now();
      await queue.add(
        async () => {
          try {
            await append(path, source.frames(), signal);
          } catch (error) {
            throw toFileError(error);
          }
        },
        { signal },
      );
      const { events, bytes } = source.ref;
      const elapsedMs = Math.round(performance.now() - startMs);
      return { output: name, events, bytes, confirmation: 'local', elapsedMs };
    },
    async check() {
      try {
        await (await open(path, 'a', FILE_MODE)).close();
      } catch (error) {
        throw toFileError(error);
      }
    },
  };
}

async function append(
  path: string,
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, 'a+', FILE_MODE);
  try {
    const { size } = await file.stat();
    let own = 0;
    const write = async (bytes: Buffer) => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, at);
        at += bytesWritten;
        own += bytesWritten;
      }
    };
    try {
      // A crash may have left half a frame behind, which must not swallow the first of this segment.
      if (await endsWithinLine(file, size)) await write(Buffer.of(LINE_FEED));
      for await (const chunk of chunks) {
        signal.throwIfAborted();
        await write(chunk);
      }
      await file.sync();
      // Else its name may be lost with the power, and the events with it.
      if (size === 0) await syncFolder(dirname(path));
      await expectInPlace(path, file, size + own);
    } catch (error) {
      // What others have appended meanwhile, or a rotation cut off, is not this segment's.
      if ((await file.stat()).size === size + own) await file.truncate(size);
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** Raises an error where a rotation moved the file or cut it off while it was written: some of it may be gone. */
async function expectInPlace(path: string, file: FileHandle, leastBytes: number): Promise<void> {
  const [held, named] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  if (held.size >= leastBytes && named?.ino === held.ino && named.dev === held.dev) return;
  throw devoError(
    'DEVO_FILE_FAILED',
    `${path} was rotated while a segment was written to it; the segment is written again`,
    'later',
  );
}

async function endsWithinLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_FEED;
}
