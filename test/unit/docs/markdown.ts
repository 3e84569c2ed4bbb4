import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Markdown {
  /** Relative to the project. */
  readonly path: string;
  readonly folder: string;
  /** Without the blocks of code. */
  readonly prose: string;
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
  /** What links can name after a `#`. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^ *```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm;

/** All documents of the project. */
export function documents(): Markdown[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const below = ['docs', 'deploy'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  return [...top, ...below].map((path) => readMarkdown(join(ROOT, path)));
}

export function readMarkdown(path: string): Markdown {
  const text = readFileSync(path, 'utf8');
  const prose = text.replaceAll(FENCE, '');
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map((match) => slug(match[1] ?? ''));
  return {
    path: relative(ROOT, path),
    folder: dirname(path),
    prose,
    blocks: [...text.matchAll(FENCE)].map(([, language = '', code = '']) => ({
      language,
      text: code,
    })),
    anchors: new Set(
      headings.map((name, at) => {
        const before = headings.slice(0, at).filter((each) => each === name).length;
        return before === 0 ? name : `${name}-${before}`;
      }),
    ),
  };
}

/** Small letters, without marks, spaces as hyphens: as the hosts of repositories make them. */
function slug(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
