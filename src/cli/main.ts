#!/usr/bin/env node
import { processIo } from './process-io.js';
import { runProgram } from './program.js';
import { reportError } from './report-error.js';
import { exitCodeOnceWhole } from './whole-output.js';

const io = processIo();
const { stdout, stderr } = process;
stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // A reader that left early, as `head` does, needs no word.
  if (code !== 'EPIPE') stderr.write(`error OUTPUT_FAILED: standard output: ${message}\n`);
  process.exit(1);
});
// Nobody is left to tell.
stderr.on('error', () => undefined);

// Errors that nobody was told of: libraries keep timers and sockets of their own.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    reportError(error, io, process.env.DEBUG === '1' || process.argv.includes('--debug'));
    process.exit(1);
  });
}

const code = await runProgram(process.argv.slice(2), io);
// Not exitCode: a broken connection to Temporal would keep the process alive.
process.exit(await exitCodeOnceWhole(code, stdout, stderr));
