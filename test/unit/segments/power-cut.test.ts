import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as fs from 'node:fs/promises';
import { createOutput } from '../../../src/devo/create-output.js';
import type { SegmentRef } from '../../../src/pull/receipts.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import { framesOf, segmentOf, unwatched } from '../devo/segments.js';
import type { Disk } from './power-cut.js';

const disk = vi.hoisted(() => ({ current: undefined as Disk | undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const { createDisk } = await import('./power-cut.js');
  disk.current = createDisk(real);
  return { ...real, open: disk.current.open };
});

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'power-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const cutPower = async () => await disk.current?.cutPower(root);
const opened = async () =>
  await openSegmentStore({ stateDir: join(root, 'data', 'state'), taskQueuePrefix: 'q' });

async function written(workflowId: string, text: string): Promise<SegmentRef> {
  const writer = await (await opened()).create(workflowId, 'segment');
  await writer.append(text, 1);
  const ref = await writer.commit();
  if (ref === null) throw new Error('nothing was written');
  return ref;
}

async function read(ref: SegmentRef): Promise<string> {
  const chunks: Buffer[] = [];
  const source = await (await opened()).open(ref);
  for await (const chunk of source.frames()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

describe.skipIf(process.platform !== 'linux')('a power cut', () => {
  it.each(['collect/xdr/1/alerts', `collect/${'漢'.repeat(60)}/1/alerts`])(
    'leaves a committed segment, in folders that were made for it: %s',
    async (workflowId) => {
      const ref = await written(workflowId, 'event\n');
      await cutPower();
      expect(await read(ref)).toBe('event\n');
      const asked: string[] = [];
      await (await opened()).sweep((id) => Promise.resolve(asked.push(id) > 0));
      expect(asked).toEqual([workflowId]);
    },
  );

  it('leaves a confirmation, so that nothing is sent twice', async () => {
    const ref = await written('collect/xdr/1/alerts', 'event\n');
    await (await opened()).confirm(ref, 'devo_1', ['devo_1', 'devo_2']);
    await cutPower();
    expect(await (await opened()).isConfirmed(ref, 'devo_1')).toBe(true);
    expect(await (await opened()).isConfirmed(ref, 'devo_2')).toBe(false);
    expect(await read(ref)).toBe('event\n');
  });

  it('leaves the id of the host, after which its task queue is named', async () => {
    const { hostId } = await opened();
    await cutPower();
    expect((await opened()).hostId).toBe(hostId);
  });

  it('leaves what a file output has confirmed', async () => {
    const path = join(root, 'events.log');
    const output = createOutput({ name: 'file_1', type: 'file', path });
    const text = framesOf(1_000);
    await output.deliver(segmentOf(text), unwatched());
    await cutPower();
    expect(await readFile(path, 'utf8')).toBe(text);
    await output.deliver(segmentOf(text), unwatched());
    await cutPower();
    expect(await readFile(path, 'utf8')).toBe(text + text);
  });
});
