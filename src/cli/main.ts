#!/usr/bin/env node
import { processIo } from './process-io.js';
import { runProgram } from './program.js';
import { exitCodeOnceWhole } from './whole-output.js';

const { stdout, stderr } = process;
stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // A reader that left early, as `head` does, needs no word.
  if (code !== 'EPIPE') stderr.write(`error OUTPUT_FAILED: standard output: ${message}\n`);
  process.exit(1);
});
// Nobody is left to tell.
stderr.on('error', () => undefined);

const code = await runProgram(process.argv.slice(2), processIo());
// Not exitCode: a broken connection to Temporal would keep the process alive.
process.exit(await exitCodeOnceWhole(code, stdout, stderr));
