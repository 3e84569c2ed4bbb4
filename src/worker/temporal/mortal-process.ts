import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/**
 * Beside the program waits a shell at the other end of a pipe that nobody writes to: it is closed when this process
 * ends, however it does, and then the program is told to end, by force after 5 s. Its number stays that of the
 * first shell, whose place it takes. New files are for this user alone.
 */
const SCRIPT = `umask 077
{ read -r _ <&3 || {
    kill -TERM $$
    for _ in 1 2 3 4 5; do sleep 1; kill -0 $$ || exit; done
    kill -KILL $$
  }
} >/dev/null 2>&1 4<&- &
exec "$@" 3<&-`;

export interface MortalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A descriptor that the program keeps open as well. */
  readonly fd?: number | undefined;
}

/** A program in a process group of its own, whose output is read through pipes. */
export type MortalProcess = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/** Starts a program that cannot outlive this process. */
export function spawnMortal(
  binary: string,
  arguments_: readonly string[],
  { cwd, env, fd }: MortalOptions,
): MortalProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', binary, ...arguments_], {
    cwd,
    env,
    // Ctrl-C in a terminal must not end the program before this process is done with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', fd ?? 'ignore'],
  }) as MortalProcess;
  const lifeline = child.stdio[3] as Writable;
  // The shell may have been ended by hand.
  lifeline.on('error', () => undefined);
  // It may end now: another program could get the number.
  child.once('exit', () => lifeline.end('over\n'));
  return child;
}

/** Has the folder removed once this process has ended, however it does; the result calls it off. */
export function removeAtEnd(folder: string): () => void {
  // Again until it stays away: a server may write to it for a moment more.
  const script = `read -r _ || for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$1"; sleep 1; [ -e "$1" ] || exit
  done`;
  const shell = spawn('/bin/sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  return () => void shell.stdin.end('over\n');
}
