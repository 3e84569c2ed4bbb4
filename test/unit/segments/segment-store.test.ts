import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SegmentRef } from '../../../src/pull/receipts.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import type { SegmentStore } from '../../../src/segments/segment-store.js';

const WORKFLOW = 'collect/cortex_xdr/1.a/alerts';

let stateDir: string;
let store: SegmentStore;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'state-'));
  store = await reopened();
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const reopened = () => openSegmentStore({ stateDir, taskQueuePrefix: 'cortex-devo' });

async function written(name: string, text: string, workflowId = WORKFLOW): Promise<SegmentRef> {
  const writer = await store.create(workflowId, name);
  await writer.append(text, 1);
  const ref = await writer.commit();
  if (ref === null) throw new Error('nothing was written');
  return ref;
}

async function read(ref: SegmentRef): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.open(ref)).frames()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** Paths of all files below `segments/`. */
async function files(): Promise<string[]> {
  const entries = await readdir(join(stateDir, 'segments'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

async function onlyFile(): Promise<string> {
  const [path, ...others] = await files();
  if (path === undefined || others.length > 0) throw new Error('expected one file');
  return path;
}

describe('the host id', () => {
  it('is made once, and names the task queue', async () => {
    expect(store.hostId).toMatch(/^[0-9a-f-]{36}$/);
    expect(store.hostQueue).toBe(`cortex-devo/host/${store.hostId}`);
    expect((await reopened()).hostId).toBe(store.hostId);
    expect((await stat(join(stateDir, 'host-id'))).mode & 0o777).toBe(0o600);
  });

  it('is made anew where the file holds none', async () => {
    await writeFile(join(stateDir, 'host-id'), '');
    const { hostId } = await reopened();
    expect(hostId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await reopened()).hostId).toBe(hostId);
  });
});

describe('writing', () => {
  it('gives back what was appended, with its size, events and checksum', async () => {
    const writer = await store.create(WORKFLOW, 's1');
    const frames = Array.from({ length: 20_000 }, (_, id) => `<14>t h a: {"é":${id}}\n`);
    for (const frame of frames) await writer.append(frame, 1);
    const ref = await writer.commit();
    const bytes = Buffer.from(frames.join(''));
    expect(ref).toEqual({
      workflowId: WORKFLOW,
      name: 's1',
      hostQueue: store.hostQueue,
      bytes: bytes.length,
      events: 20_000,
      crc32: crc32(bytes),
    });
    expect(ref && (await read(ref))).toBe(bytes.toString());
  });

  it('makes files and folders for this user alone', async () => {
    await written('s1', 'a\n');
    const path = await onlyFile();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it('leaves no file where nothing was appended', async () => {
    const writer = await store.create(WORKFLOW, 's1');
    expect(await writer.commit()).toBeNull();
    expect(await files()).toEqual([]);
  });

  it('shows nothing before the commit, and nothing after an abort', async () => {
    const writer = await store.create(WORKFLOW, 's1');
    await writer.append('x'.repeat(300_000), 1);
    expect(await store.backlog()).toEqual({ segments: 0, bytes: 0 });
    await writer.abort();
    expect(await files()).toEqual([]);
  });

  it('an abort after the commit takes nothing away', async () => {
    const writer = await store.create(WORKFLOW, 's1');
    await writer.append('a\n', 1);
    const ref = await writer.commit();
    await writer.abort();
    expect(ref && (await read(ref))).toBe('a\n');
  });

  it('forgets what came before a restart', async () => {
    const writer = await store.create(WORKFLOW, 's1');
    await writer.append('x'.repeat(300_000), 7);
    await writer.restart();
    await writer.append('b\n', 1);
    const ref = await writer.commit();
    expect(ref).toMatchObject({ events: 1, bytes: 2 });
    expect(ref && (await read(ref))).toBe('b\n');
    expect(await files()).toHaveLength(1);
  });

  it('a retry overwrites', async () => {
    await written('s1', 'first\n');
    const ref = await written('s1', 'second\n');
    expect(await read(ref)).toBe('second\n');
    expect(await files()).toHaveLength(1);
  });

  it('two writers of one name do not mix: the last to commit wins', async () => {
    const one = await store.create(WORKFLOW, 's1');
    const two = await store.create(WORKFLOW, 's1');
    await one.append('1'.repeat(300_000), 1);
    await two.append('2'.repeat(400_000), 1);
    await one.append('1', 1);
    await two.commit();
    const ref = await one.commit();
    expect(ref && (await read(ref))).toBe('1'.repeat(300_001));
  });
});

describe('opening', () => {
  const outcome = (reading: Promise<unknown>) =>
    reading.then(
      () => 'read',
      (error: unknown) => {
        const { code: found, retry } = error as { code: string; retry: string };
        return `${found} ${retry}`;
      },
    );
  const code = (ref: SegmentRef) => outcome(read(ref));
  /** Writes later than the segment was written, also where the file system's clock has not ticked since. */
  const damage = async (path: string, content: string | Buffer) => {
    await writeFile(path, content);
    const later = new Date(Date.now() + 1_000);
    await utimes(path, later, later);
  };

  it('finds a flipped byte', async () => {
    const ref = await written('s1', 'a long enough line\n');
    const path = await onlyFile();
    const bytes = await readFile(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await damage(path, bytes);
    expect(await code(ref)).toBe('SEGMENT_DAMAGED never');
  });

  it('finds a cut file', async () => {
    const ref = await written('s1', 'a long enough line\n');
    await truncate(await onlyFile(), 5);
    expect(await code(ref)).toBe('SEGMENT_DAMAGED never');
  });

  it('gives nothing of a file that was damaged after it was opened, nor between two tries', async () => {
    const ref = await written('s1', 'a long enough line\n');
    const source = await store.open(ref);
    const readAgain = async () => {
      for await (const chunk of source.frames())
        expect(chunk.toString()).toBe('a long enough line\n');
    };
    expect(await outcome(readAgain())).toBe('read');
    await truncate(await onlyFile(), 5);
    expect(await outcome(readAgain())).toBe('SEGMENT_DAMAGED never');
    await damage(await onlyFile(), 'a long enough lime\n');
    expect(await outcome(readAgain())).toBe('SEGMENT_DAMAGED never');
    await rm(await onlyFile());
    expect(await outcome(readAgain())).toBe('SEGMENT_MISSING never');
  });

  it('ends with an error where the file is cut while it is read', async () => {
    const ref = await written('s1', 'x'.repeat(3 * 1024 * 1024));
    let bytes = 0;
    const reading = async () => {
      for await (const chunk of (await store.open(ref)).frames()) {
        bytes += chunk.length;
        await truncate(await onlyFile(), 0);
      }
    };
    expect(await outcome(reading())).toBe('SEGMENT_DAMAGED never');
    expect(bytes).toBeLessThan(ref.bytes);
  });

  it('finds a file gone', async () => {
    const ref = await written('s1', 'a\n');
    await rm(await onlyFile());
    expect(await code(ref)).toBe('SEGMENT_MISSING never');
  });
});

describe('confirming', () => {
  it('keeps the frames until every output has confirmed', async () => {
    const ref = await written('s1', 'a\n');
    await store.confirm(ref, 'devo.1', ['devo.1', 'devo_2']);
    expect(await store.isConfirmed(ref, 'devo.1')).toBe(true);
    expect(await store.isConfirmed(ref, 'devo_2')).toBe(false);
    expect(await read(ref)).toBe('a\n');
    await store.confirm(ref, 'devo_2', ['devo.1', 'devo_2']);
    expect(await store.backlog()).toEqual({ segments: 0, bytes: 0 });
  });

  it('is remembered by another process, also when the frames are gone', async () => {
    const ref = await written('s1', 'a\n');
    await store.confirm(ref, 'devo_1', ['devo_1']);
    expect(await (await reopened()).isConfirmed(ref, 'devo_1')).toBe(true);
  });

  it('may happen twice', async () => {
    const ref = await written('s1', 'a\n');
    await store.confirm(ref, 'devo_1', ['devo_1']);
    await store.confirm(ref, 'devo_1', ['devo_1']);
    expect(await store.isConfirmed(ref, 'devo_1')).toBe(true);
  });

  it('holds for those bytes alone, not for others that came under the same name', async () => {
    const first = await written('s1', 'first\n');
    await store.confirm(first, 'devo_1', ['devo_1', 'devo_2']);
    const second = await written('s1', 'second\n');
    expect(await store.isConfirmed(second, 'devo_1')).toBe(false);
    expect((await files()).filter((path) => path.endsWith('.sent'))).toEqual([]);
    await store.confirm(second, 'devo_2', ['devo_1', 'devo_2']);
    expect(await read(second)).toBe('second\n');
  });

  it('holds for those bytes alone, also where the others have the same size', async () => {
    const first = await written('s1', 'first\n');
    await store.confirm(first, 'devo_1', ['devo_1', 'devo_2']);
    const second = await written('s1', 'other\n');
    expect(second.bytes).toBe(first.bytes);
    expect(await store.isConfirmed(second, 'devo_1')).toBe(false);
    expect(await store.isConfirmed(first, 'devo_1')).toBe(false);
  });

  it('survives that the same bytes are fetched again', async () => {
    const ref = await written('s1', 'a\n');
    await store.confirm(ref, 'devo_1', ['devo_1', 'devo_2']);
    await written('s1', 'a\n');
    expect(await store.isConfirmed(ref, 'devo_1')).toBe(true);
  });
});

describe('cleaning up', () => {
  it('keepOnly removes the other files of that workflow', async () => {
    const kept = await written('s1', 'a\n');
    const other = await written('s1', 'b\n', 'collect/cortex_xdr/1.a/incidents');
    const gone = await written('s10', 'c\n');
    await store.confirm(gone, 'devo_1', ['devo_1', 'devo_2']);
    const anHourAgo = new Date(Date.now() - 3_600_001);
    await utimes(await fileOf('s10.seg'), anHourAgo, anHourAgo);
    await store.keepOnly(WORKFLOW, ['s1']);
    expect(await files()).toHaveLength(2);
    expect([await read(kept), await read(other)]).toEqual(['a\n', 'b\n']);
    await store.keepOnly('collect/nobody', []);
  });

  it('keepOnly leaves a segment that its workflow may not know yet, and no confirmation without one', async () => {
    const fresh = await written('s11', 'd\n');
    await store.confirm(fresh, 'devo_1', ['devo_1', 'devo_2']);
    await store.keepOnly(WORKFLOW, []);
    expect(await files()).toHaveLength(1);
    expect(await read(fresh)).toBe('d\n');
  });

  it('leaves what is being written alone', async () => {
    const writer = await store.create(WORKFLOW, 's2');
    await writer.append('x'.repeat(300_000), 1);
    await store.keepOnly(WORKFLOW, []);
    await store.sweep(() => Promise.resolve(false));
    const ref = await writer.commit();
    expect(ref && (await read(ref))).toBe('x'.repeat(300_000));
  });

  it('sweep removes what a crash left and what belongs to nobody, and counts it', async () => {
    const kept = await written('s1', 'a\n');
    await written('s1', 'b\n', 'backfill/old');
    await writeFile(`${await fileOf('alerts')}.crashed.tmp`, 'half');
    const removed = await store.sweep((id) => Promise.resolve(id === WORKFLOW));
    expect(removed).toBe(2);
    expect(await files()).toHaveLength(1);
    expect(await read(kept)).toBe('a\n');
    expect(await readdir(join(stateDir, 'segments'))).toHaveLength(1);
  });

  it.each([
    'collect/xdr/' + '漢'.repeat(25) + '/alerts',
    'collect/' + 'x'.repeat(300) + '/1/alerts',
    'collect/' + 'é.'.repeat(100) + '/1/alerts',
  ])('a workflow id of any length has its segments, confirmations and sweeping: %s', async (id) => {
    const name = `${'s'.repeat(200)}.漢字`;
    const [output, other] = ['輸出'.repeat(40), `${'輸出'.repeat(40)}2`];
    const ref = await written(name, 'a\n', id);
    const sibling = await written(name, 'b\n', `${id}2`);
    expect([await read(ref), await read(sibling)]).toEqual(['a\n', 'b\n']);
    await store.confirm(ref, output, [output, other]);
    expect(await store.isConfirmed(ref, output)).toBe(true);
    expect(await store.isConfirmed(ref, other)).toBe(false);
    expect(await store.isConfirmed(sibling, output)).toBe(false);
    await store.keepOnly(id, [name]);
    const asked: string[] = [];
    await store.sweep((each) => {
      asked.push(each);
      return Promise.resolve(each === id);
    });
    expect(asked.sort()).toEqual([id, `${id}2`].sort());
    expect(await read(ref)).toBe('a\n');
    expect(await readdir(join(stateDir, 'segments'))).toHaveLength(1);
  });

  async function fileOf(part: string): Promise<string> {
    return (await files()).find((path) => path.includes(part)) ?? '';
  }

  it('backlog counts segments and their bytes', async () => {
    await written('s1', 'a\n');
    await written('s2', 'bcd\n');
    expect(await store.backlog()).toEqual({ segments: 2, bytes: 6 });
  });
});
