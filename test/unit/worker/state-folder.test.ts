import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimStateFolder, requireUsable } from '../../../src/worker/state-folder.js';

const log = pino({ level: 'silent' });
let root: string;
let folder: string;
const claims: number[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'state-folder-'));
  folder = join(root, 'deep', 'state');
});
afterEach(() => {
  for (const fd of claims.splice(0)) closeSync(fd);
  rmSync(root, { recursive: true });
});

async function claim(waitMs = 0): Promise<void> {
  claims.push((await claimStateFolder(folder, { log, waitMs })).lockFd);
}

/** What the process that has the folder wrote about itself. */
function heldBy(holder: unknown): void {
  writeFileSync(join(folder, 'lock'), JSON.stringify(holder));
}

it('makes the folder, for its user alone', async () => {
  await claim();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('refuses a second collector and names the first', async () => {
  await claim();
  await expect(claim()).rejects.toMatchObject({
    code: 'STATE_FOLDER_IN_USE',
    message: expect.stringContaining(`in use by process ${process.pid} on host `) as string,
  });
});

it('waits for the end of one that has left something behind', async () => {
  await claim();
  heldBy({ pid: 1, host: 'a container that is gone', since: '2026-01-01T00:00:00.000Z' });
  const second = claim(60_000);
  for (const fd of claims.splice(0)) closeSync(fd);
  await second;
});

it('does not wait for a process of this host that is at work', async () => {
  await claim();
  const { hostname } = await import('node:os');
  heldBy({ pid: process.ppid, host: hostname(), since: '2026-01-01T00:00:00.000Z' });
  await expect(claim(2 ** 31 - 1)).rejects.toMatchObject({ code: 'STATE_FOLDER_IN_USE' });
});

it('takes a folder again whose last collector has ended', async () => {
  await claim();
  for (const fd of claims.splice(0)) closeSync(fd);
  await claim();
});

it('refuses what is no folder, with the user that would write to it', async () => {
  folder = join(root, 'file', 'state');
  writeFileSync(join(root, 'file'), '');
  const error = {
    code: 'STATE_FOLDER_UNUSABLE',
    message: expect.stringMatching(/^found that user \d+ cannot write to .*\(ENOTDIR\)/) as string,
  };
  await expect(claim()).rejects.toMatchObject(error);
  expect(() => requireUsable(folder)).toThrow(expect.objectContaining(error) as Error);
});

it('leaves nothing behind where it only looks', () => {
  requireUsable(folder);
  expect(readdirSync(root)).toEqual([]);
  mkdirSync(folder, { recursive: true });
  requireUsable(folder);
  expect(readdirSync(folder)).toEqual([]);
});

it.skipIf(process.getuid?.() === 0)(
  'refuses a folder of somebody else, with a remedy',
  async () => {
    chmodSync(root, 0o500);
    try {
      await expect(claim()).rejects.toThrow(/chown -R \d+ /);
    } finally {
      chmodSync(root, 0o700);
    }
  },
);
