#!/usr/bin/env node
import { processIo } from './process-io.js';
import { runProgram } from './program.js';

// Whoever reads the output may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// Not exitCode: a broken connection to Temporal would keep the process alive.
process.exit(await runProgram(process.argv.slice(2), processIo()));
