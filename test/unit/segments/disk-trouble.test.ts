import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type * as FsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import type { SegmentStore } from '../../../src/segments/segment-store.js';

/** The error every new file meets when it is written to or synced; undefined: a good disk. */
const disk = vi.hoisted(() => ({ trouble: undefined as string | undefined, at: 'appendFile' }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof FsPromises>();
  return {
    ...original,
    async open(...parameters: Parameters<typeof original.open>) {
      const file = await original.open(...parameters);
      return new Proxy(file, {
        get(target, property) {
          if (property === disk.at && disk.trouble !== undefined) {
            const code = disk.trouble;
            return () => Promise.reject(Object.assign(new Error(code), { code }));
          }
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  };
});

let stateDir: string;
let store: SegmentStore;

beforeEach(async () => {
  disk.trouble = undefined;
  stateDir = await mkdtemp(join(tmpdir(), 'state-'));
  store = await openSegmentStore({ stateDir, taskQueuePrefix: 'p' });
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

describe.each(['appendFile', 'sync'])('trouble at %s', (at) => {
  it.each([
    ['ENOSPC', 'SEGMENT_DISK_FULL'],
    ['EDQUOT', 'SEGMENT_DISK_FULL'],
    ['EROFS', 'SEGMENT_FOLDER_READONLY'],
    ['EACCES', 'SEGMENT_FOLDER_READONLY'],
    ['EIO', 'SEGMENT_IO'],
  ])('%s raises %s, to be tried later, and leaves nothing behind', async (trouble, code) => {
    disk.at = at;
    disk.trouble = trouble;
    const writer = await store.create('w', 's1');
    const writing = writer.append('a\n', 1).then(() => writer.commit());
    await expect(writing).rejects.toMatchObject({ code, retry: 'later' });
    const left = await readdir(join(stateDir, 'segments'), { recursive: true });
    expect(left.filter((path) => path.includes('s1'))).toEqual([]);
  });
});

describe('a full disk', () => {
  it('takes the segment again when there is room', async () => {
    disk.at = 'appendFile';
    disk.trouble = 'ENOSPC';
    const full = await store.create('w', 's1');
    const appending = full.append('x'.repeat(300_000), 1);
    await expect(appending).rejects.toMatchObject({ code: 'SEGMENT_DISK_FULL' });
    await full.abort();
    disk.trouble = undefined;
    const writer = await store.create('w', 's1');
    await writer.append('a\n', 1);
    expect(await writer.commit()).toMatchObject({ bytes: 2 });
  });
});

describe('a confirmation that the disk does not take', () => {
  it.each(['ENOSPC', 'EROFS'])('%s does not fail a delivery that is done', async (trouble) => {
    const writer = await store.create('w', 's1');
    await writer.append('a\n', 1);
    const ref = await writer.commit();
    if (ref === null) throw new Error('expected a segment');
    disk.at = 'writeFile';
    disk.trouble = trouble;
    expect(await store.confirm(ref, 'devo', ['devo'])).toBe(false);
    disk.trouble = undefined;
    expect(await store.isConfirmed(ref, 'devo')).toBe(false);
    expect(await store.confirm(ref, 'devo', ['devo'])).toBe(true);
    expect(await store.isConfirmed(ref, 'devo')).toBe(true);
  });
});

describe('a state folder that is none', () => {
  it('is told at the start', async () => {
    await writeFile(join(stateDir, 'file'), '');
    const opening = openSegmentStore({ stateDir: join(stateDir, 'file'), taskQueuePrefix: 'p' });
    await expect(opening).rejects.toMatchObject({ code: 'SEGMENT_IO' });
  });
});
