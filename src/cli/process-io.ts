import { constants } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import type { Io } from './io.js';

/** The terminal, the pipe or the log that this process was started with. */
export function processIo(): Io {
  // One without a size, as some tools give, shows nothing that is drawn in place.
  const isTerminal = process.stdout.isTTY && process.stdout.columns > 0;
  return {
    env: process.env,
    isTerminal,
    canAsk: isTerminal && process.stdin.isTTY,
    colors: pc.createColors(pc.isColorSupported && isTerminal),
    columns: () => (isTerminal ? process.stdout.columns : undefined),
    nowMs: () => Date.now(),
    print: (text) => process.stdout.write(`${text}\n`),
    printError: (text) =>
      process.stderr.write(`${process.stderr.isTTY ? text : stripVTControlCharacters(text)}\n`),
    ask,
    async live() {
      const { createLogUpdate } = await import('log-update');
      const update = createLogUpdate(process.stdout);
      return { show: (text) => update(text), end: () => update.done() };
    },
    interruption() {
      const controller = new AbortController();
      const interrupt = (signal: NodeJS.Signals) => {
        // The second one is an order; leaving by exit() still ends the embedded server.
        if (controller.signal.aborted) process.exit(128 + constants.signals[signal]);
        controller.abort();
      };
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      if (hasTerminal()) process.on('SIGHUP', interrupt);
      return controller.signal;
    },
    onHangup(listen) {
      if (!hasTerminal()) process.on('SIGHUP', listen);
    },
  };
}

/** One whose closing sends SIGHUP; without one it means to read the config again. */
function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stderr.isTTY;
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  lines.once('close', () => left.abort());
  try {
    return (await lines.question(question, { signal: left.signal })).trim();
  } catch {
    process.stdout.write('\n');
    return '';
  } finally {
    lines.close();
  }
}
