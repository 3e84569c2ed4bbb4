import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { guardDatabase, serverVersion } from '../../../src/worker/temporal/database-version.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'));
  writeFileSync(join(folder, 'temporal.sqlite'), 'data');
  writeFileSync(join(folder, 'temporal.sqlite-wal'), 'not yet moved');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('copies the database aside before a newer server opens it, in place of an earlier copy', async () => {
  writeFileSync(join(folder, 'temporal.sqlite.1.8.0'), 'an older copy');
  await guardDatabase(folder, { last: '1.9.1', now: '1.10.0' });
  expect(readdirSync(folder).sort()).toEqual([
    'temporal.sqlite',
    'temporal.sqlite-wal',
    'temporal.sqlite.1.9.1',
    'temporal.sqlite.1.9.1-wal',
  ]);
  expect(readFileSync(join(folder, 'temporal.sqlite.1.9.1'), 'utf8')).toBe('data');
});

it.each(['1.9.0', '1.8.9', '0.99.9'])('refuses server %s after 1.9.1', async (now) => {
  await expect(guardDatabase(folder, { last: '1.9.1', now })).rejects.toMatchObject({
    code: 'TEMPORAL_DATABASE_NEWER',
  });
  expect(readdirSync(folder)).toHaveLength(2);
});

it.each([
  ['the same', { last: '1.9.1', now: '1.9.1' }],
  ['the first', { last: undefined, now: '1.9.1' }],
  ['one that does not say', { last: '1.9.1', now: undefined }],
])('leaves the database alone for %s', async (_which, versions) => {
  await guardDatabase(folder, versions);
  expect(readdirSync(folder)).toHaveLength(2);
});

it('asks the binary for its server', async () => {
  const binary = join(folder, 'temporal');
  const says = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
  writeFileSync(binary, says, { mode: 0o700 });
  expect(await serverVersion(binary)).toBe('1.32.0');
  expect(await serverVersion(join(folder, 'absent'))).toBeUndefined();
});
