import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SegmentRef } from '../../../src/pull/receipts.js';
import { markerFile, segmentFile, workflowFolder } from '../../../src/segments/segment-paths.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import type { SegmentStore } from '../../../src/segments/segment-store.js';

const WORKFLOW = 'collect/cortex_xdr/1/alerts';
const TWO_HOURS_AGO = new Date(Date.now() - 2 * 3_600_000);

let stateDir: string;
let root: string;
let store: SegmentStore;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'state-'));
  root = join(stateDir, 'segments');
  store = await openSegmentStore({ stateDir, taskQueuePrefix: 'cortex-devo' });
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

async function written(name: string, text = `${name}\n`): Promise<SegmentRef> {
  const writer = await store.create(WORKFLOW, name);
  await writer.append(text, 1);
  const ref = await writer.commit();
  if (ref === null) throw new Error('nothing was written');
  return ref;
}

const pathOf = ({ name }: SegmentRef) => segmentFile(root, WORKFLOW, name);

describe('a file that stands as it was written', () => {
  it('is not read before its first byte is sent, only while it is', async () => {
    const ref = await written('s1', 'a long enough line\n');
    const path = pathOf(ref);
    const asItWas = join(stateDir, 'as-it-was');
    // With its times to the nanosecond, as Node cannot set them.
    execFileSync('cp', ['-p', path, asItWas]);
    const bytes = await readFile(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(path, bytes);
    execFileSync('touch', ['-r', asItWas, path]);
    const chunks: string[] = [];
    const reading = async () => {
      for await (const chunk of (await store.open(ref)).frames()) chunks.push(chunk.toString());
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'SEGMENT_DAMAGED',
      message: expect.stringMatching(
        /s1\.seg has checksum [0-9a-f]{8} where [0-9a-f]{8}/,
      ) as string,
    });
    expect(chunks).toEqual([bytes.toString()]);
  });

  it('is told from one of another size by both sizes', async () => {
    const ref = await written('s1');
    await writeFile(pathOf(ref), 's');
    await expect(store.open(ref)).rejects.toMatchObject({
      message: expect.stringMatching(/s1\.seg holds 1 bytes where 3 were written/) as string,
    });
  });
});

describe('what is left alone', () => {
  it('are the confirmations of another segment when one is written anew', async () => {
    const other = await written('s2');
    await store.confirm(other, 'a', ['a', 'b']);
    await written('s1');
    expect(await store.isConfirmed(other, 'a')).toBe(true);
  });

  it('are the frames until each of three outputs has confirmed', async () => {
    const ref = await written('s1');
    for (const output of ['a', 'b']) await store.confirm(ref, output, ['a', 'b', 'c']);
    expect(await store.backlog()).toEqual({ segments: 1, bytes: 3 });
    await store.confirm(ref, 'c', ['a', 'b', 'c']);
    expect(await store.backlog()).toEqual({ segments: 0, bytes: 0 });
  });

  it('are a segment that its workflow keeps and its confirmations, however old', async () => {
    const [kept, gone] = [await written('s1'), await written('s2')];
    await store.confirm(kept, 'a', ['a', 'b']);
    for (const ref of [kept, gone]) await utimes(pathOf(ref), TWO_HOURS_AGO, TWO_HOURS_AGO);
    await store.keepOnly(WORKFLOW, ['s1']);
    expect(await store.isConfirmed(kept, 'a')).toBe(true);
    expect(await store.backlog()).toEqual({ segments: 1, bytes: kept.bytes });
  });

  it('is the folder of a workflow whose id, in a file, is that of another', async () => {
    const folder = 'x'.repeat(81);
    await mkdir(join(root, folder));
    await writeFile(join(root, folder, 'workflow-id'), WORKFLOW);
    expect(await store.sweep(() => Promise.resolve(false))).toBe(0);
    expect(await readdir(root)).toEqual([folder]);
  });

  it('are folders of strangers and files beside the folders', async () => {
    await mkdir(join(root, '%'));
    await writeFile(join(root, '%', 'file.tmp'), '');
    await writeFile(join(root, 'file'), '');
    expect(await store.sweep(() => Promise.resolve(false))).toBe(0);
    expect(await readdir(root)).toEqual(['%', 'file']);
    expect(await readdir(join(root, '%'))).toEqual(['file.tmp']);
  });
});

it('a workflow without a folder has nothing to go; a file in its place is an error', async () => {
  await store.keepOnly(WORKFLOW, []);
  await writeFile(workflowFolder(root, WORKFLOW), '');
  await expect(store.keepOnly(WORKFLOW, [])).rejects.toMatchObject({ code: 'SEGMENT_IO' });
});

it.each(['', 'no id', `x${crypto.randomUUID()}`, `${crypto.randomUUID()}x`])(
  'a host id of %j is none and is made anew',
  async (text) => {
    await writeFile(join(stateDir, 'host-id'), text);
    const { hostId } = await openSegmentStore({ stateDir, taskQueuePrefix: 'p' });
    expect(hostId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  },
);

/** What can neither be read nor is it missing: nobody may take it for missing. */
describe('a folder in the place of a file is an error', () => {
  it('of a confirmation', async () => {
    const ref = await written('s1');
    await mkdir(markerFile(root, WORKFLOW, 's1', 'a'));
    await expect(store.isConfirmed(ref, 'a')).rejects.toMatchObject({ code: 'SEGMENT_IO' });
  });

  it('of the host id', async () => {
    await rm(join(stateDir, 'host-id'));
    await mkdir(join(stateDir, 'host-id'));
    const opening = openSegmentStore({ stateDir, taskQueuePrefix: 'p' });
    await expect(opening).rejects.toMatchObject({
      code: 'SEGMENT_IO',
      message: expect.stringContaining('host-id') as string,
    });
  });

  it('of a workflow’s id', async () => {
    await mkdir(join(root, '%', 'workflow-id'), { recursive: true });
    const sweeping = store.sweep(() => Promise.resolve(true));
    await expect(sweeping).rejects.toMatchObject({ code: 'SEGMENT_IO' });
  });
});

it('a segment that is gone is told by its path', async () => {
  const ref = await written('s1');
  await rm(pathOf(ref));
  const opening = store.open(ref);
  await expect(opening).rejects.toMatchObject({
    message: expect.stringContaining(pathOf(ref)) as string,
  });
});
