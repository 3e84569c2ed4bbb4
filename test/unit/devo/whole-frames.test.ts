import { describe, expect, it } from 'vitest';
import { gunzipSync } from 'node:zlib';
import { gzipMembers } from '../../../src/devo/gzip-members.js';
import { wholeFrames } from '../../../src/devo/whole-frames.js';
import { framesOf, segmentOf } from './segments.js';

async function blocks(text: string, maxBytes: number, cut: number): Promise<string[]> {
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += cut) {
      await Promise.resolve();
      yield Buffer.from(text.slice(at, at + cut));
    }
  })();
  const found: string[] = [];
  for await (const block of wholeFrames(chunks, maxBytes)) found.push(block.toString());
  return found;
}

describe('wholeFrames', () => {
  it.each([1, 2, 3, 5, 100])(
    'cuts after line feeds only, however chunks of %i arrive',
    async (cut) => {
      expect(await blocks('aa\nbb\ncc\n', 6, cut)).toEqual(['aa\nbb\n', 'cc\n']);
      expect(await blocks('aa\nbb\ncc\n', 5, cut)).toEqual(['aa\n', 'bb\n', 'cc\n']);
    },
  );

  it('lets a frame that is longer than a block go alone', async () => {
    expect(await blocks('a\nlonglonglong\nb\n', 4, 3)).toEqual(['a\n', 'longlonglong\n', 'b\n']);
  });

  it('gives nothing for nothing and keeps an end without line feed', async () => {
    expect(await blocks('', 4, 3)).toEqual([]);
    expect(await blocks('a\nb', 2, 3)).toEqual(['a\n', 'b']);
  });
});

describe('gzipMembers', () => {
  it('makes members that each hold whole frames and together exactly all of them', async () => {
    const text = framesOf(300_000);
    const members: Buffer[] = [];
    const source = segmentOf(text).frames();
    for await (const member of gzipMembers(source)) members.push(member);
    expect(members.length).toBeGreaterThan(5);
    for (const member of members) expect(gunzipSync(member).toString()).toMatch(/^<14>.*\n$/s);
    expect(gunzipSync(Buffer.concat(members)).toString()).toBe(text);
  });
});
