import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawnMortal } from '../../../src/worker/temporal/mortal-process.js';
import type { MortalProcess } from '../../../src/worker/temporal/mortal-process.js';

let folder: string;
let child: MortalProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortal-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A program that runs until it is ended; on SIGTERM it does what the shell is told here. */
async function start(onSigterm: string): Promise<MortalProcess> {
  const script = `trap '${onSigterm}' TERM; echo $$; while :; do sleep 0.05; done`;
  child = spawnMortal('/bin/sh', ['-c', script], { cwd: folder, env: process.env });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(Number(said.toString())).toBe(child.pid);
  return child;
}

it('ends in order when the process that started it is gone', async () => {
  const started = await start('exit 7');
  // What becomes of the pipe when its other end's process dies.
  started.stdio[3]?.destroy();
  expect(await once(started, 'exit')).toEqual([7, null]);
});

it('ends by force where it does not in order', async () => {
  const started = await start(':');
  started.stdio[3]?.destroy();
  expect(await once(started, 'exit')).toEqual([null, 'SIGKILL']);
});

it('takes words with spaces and quotes as they are, and makes files for its user alone', async () => {
  const word = `a "b" 'c' $d`;
  child = spawnMortal('/bin/sh', ['-c', 'umask; printf %s "$1"', 'sh', word], {
    cwd: folder,
    env: process.env,
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  expect(said).toBe(`0077\n${word}`);
});

it('says in its exit code that there is no such program', async () => {
  child = spawnMortal(join(folder, 'absent'), [], { cwd: folder, env: process.env });
  expect(await once(child, 'exit')).toEqual([127, null]);
});
