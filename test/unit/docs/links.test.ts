import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documents, readMarkdown } from './markdown.js';
import type { Markdown } from './markdown.js';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)|(?:src|href)="([^"]+)"/gm;

function brokenLinks(document: Markdown): string[] {
  return [...document.prose.matchAll(LINK)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? undefined : join(document.folder, file);
      if (path !== undefined && !existsSync(path)) return true;
      if (anchor === undefined) return false;
      const { anchors } = path === undefined ? document : readMarkdown(path);
      return !anchors.has(anchor);
    })
    .map((target) => `${document.path}: ${target}`);
}

it('every link within the documents leads to a file and a heading that exist', () => {
  expect(documents().length).toBeGreaterThan(5);
  expect(documents().flatMap(brokenLinks)).toEqual([]);
});
