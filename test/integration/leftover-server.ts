import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextFreePort } from '../../src/worker/free-port.js';
import { writeRecord } from '../../src/worker/leftover-temporal.js';
import { temporalArguments } from '../../src/worker/temporal-arguments.js';

/** A server that starts, and whose parent, a shell that started it, is gone. */
export async function leaveServerBehind(
  binary: string,
  stateDir: string,
): Promise<{ pid: number; address: string }> {
  const port = (await nextFreePort(20_000)) ?? 0;
  const dbPath = join(stateDir, 'temporal.sqlite');
  const pidFile = join(stateDir, 'pid');
  const arguments_ = temporalArguments({ dbPath, port, uiPort: undefined, logLevel: 'warn' });
  const shell = spawn(
    '/bin/sh',
    ['-c', '"$@" >/dev/null 2>&1 & echo $! >"$0"', pidFile, binary, ...arguments_],
    { stdio: 'ignore' },
  );
  await once(shell, 'exit');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  writeRecord(stateDir, { pid, ownerPid: shell.pid ?? 0, port });
  return { pid, address: `127.0.0.1:${port}` };
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    // A process that ended and waits for its parent to notice has no command line any more.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
