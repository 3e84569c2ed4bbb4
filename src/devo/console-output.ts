import type { Writable } from 'node:stream';
import PQueue from 'p-queue';
import type { ConsoleOutputConfig } from '../config/model.js';
import { codeOf, devoError } from './errors.js';
import type { Output } from './output.js';
import { writeChunk } from './write-chunk.js';

/** Frames to standard output, as fast as its reader takes them; one segment at a time, so that no line breaks. */
export function createConsoleOutput(
  config: ConsoleOutputConfig,
  stdout: Writable = process.stdout,
): Output {
  const { name, type } = config;
  const queue = new PQueue({ concurrency: 1 });
  let failure: Error | undefined;
  stdout.on('error', (error) => (failure = error));

  function throwIfClosed(): void {
    if (failure === undefined && stdout.writable) return;
    throw devoError(
      'DEVO_CONSOLE_CLOSED',
      `standard output is closed (${codeOf(failure) ?? 'ended'}); start the collector with an output that stays open`,
      'never',
    );
  }

  return {
    name,
    type,
    async deliver(source, { signal }) {
      const startMs = performance.now();
      await queue.add(
        async () => {
          for await (const chunk of source.frames()) {
            throwIfClosed();
            await writeChunk(stdout, chunk, signal).catch((error: unknown) => {
              throwIfClosed();
              throw error;
            });
          }
        },
        { signal },
      );
      const { events, bytes } = source.ref;
      const elapsedMs = Math.round(performance.now() - startMs);
      return { output: name, events, bytes, confirmation: 'local', elapsedMs };
    },
    check() {
      return Promise.resolve().then(throwIfClosed);
    },
  };
}
