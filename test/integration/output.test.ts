import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from './temporal-server.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'cli', 'main.js');
/** Each a warning of some 150 bytes: several times what a pipe holds. */
const UNKNOWN_KEYS = 2_000;

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-'));
  config = join(folder, 'config.yaml');
  const keys = Array.from({ length: UNKNOWN_KEYS }, (_, index) => `  unknown_key_${index}: 1\n`);
  writeFileSync(config, `outputs: {out: {type: console}}\nglobals:\n${keys.join('')}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a shell line in which `$@` is the command; its exit code and stdout. */
async function inShell(line: string, args: readonly string[]) {
  const words = ['-c', line, 'sh', process.execPath, MAIN, ...args];
  const shell = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  shell.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const [code] = (await once(shell, 'close')) as [number | null];
  return { code, stdout };
}

const validate = () => ['validate', '--offline', '--json', '--config', config];

it('is whole in a pipe whose reader takes its time', async () => {
  const { stdout } = await inShell('"$@" 2>/dev/null | (sleep 1; cat)', validate());
  const { warnings } = JSON.parse(stdout) as { warnings: unknown[] };
  expect(warnings).toHaveLength(UNKNOWN_KEYS);
});

it('is whole on stderr as well', async () => {
  const { stdout } = await inShell('"$@" 2>&1 >/dev/null | (sleep 1; cat)', validate());
  expect(stdout.match(/CONFIG_KEY_UNKNOWN/g)).toHaveLength(UNKNOWN_KEYS);
  expect(stdout).toMatch(/error CONFIG_NO_INPUTS[^\n]*\n$/);
});

it.each(['--help', 'demo --help', '--version'])(
  'that nobody reads ends `%s` with 1',
  async (command) => {
    const line = 'exec 3>&1; { "$@"; echo "ended with $?" >&3; } | true';
    const { stdout } = await inShell(line, command.split(' '));
    expect(stdout).toBe('ended with 1\n');
  },
);

it.skipIf(!existsSync('/dev/full')).each(['--help', '--version'])(
  'that the disk does not take ends `%s` with 1 and OUTPUT_FAILED',
  async (command) => {
    const { code, stdout } = await inShell('"$@" 2>&1 >/dev/full', [command]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error OUTPUT_FAILED: .*ENOSPC/);
  },
);

it.skipIf(!existsSync('/dev/full'))(
  'a full disk that takes no words on stderr changes no exit code',
  async () => {
    expect((await inShell('"$@" >/dev/null 2>/dev/full', ['nope'])).code).toBe(2);
    expect((await inShell('"$@" 2>/dev/full', ['--version'])).code).toBe(0);
  },
);
