import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/program.js';
import { fakeIo } from '../cli/fake-io.js';
import { documents, ROOT } from './markdown.js';

const SHELL = new Set(['sh', 'bash', 'console']);
const program = createProgram(fakeIo());
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Lines of shell in the documents, and what stands in backticks between words. */
function written(): { where: string; line: string; whole: boolean }[] {
  return documents().flatMap(({ path, blocks, prose }) => [
    ...blocks
      .filter(({ language }) => SHELL.has(language))
      .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
      .map((line) => ({ where: path, line, whole: true })),
    ...[...prose.matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)].map((match) => ({
      where: path,
      line: (match[1] ?? '').replace(/\s*\n\s*/, ' '),
      whole: false,
    })),
  ]);
}

/** The examples in the helps of the commands. */
function helpExamples(): { where: string; line: string; whole: boolean }[] {
  const folder = join(ROOT, 'src/cli');
  return readdirSync(folder).flatMap((name) =>
    [
      ...readFileSync(join(folder, name), 'utf8').matchAll(
        /^\s+'((?:[A-Z_]+=\S+ )?cortex-devo .+)',$/gm,
      ),
    ].map((match) => ({ where: `src/cli/${name}`, line: match[1] ?? '', whole: true })),
  );
}

/** What is wrong with the arguments of a command; `whole`: required ones have to be there. */
function mistakes(words: readonly string[], whole: boolean): string[] {
  let command: Command = program;
  let rest = [...words];
  for (;;) {
    const at = rest.findIndex((word) => !word.startsWith('-'));
    const next = command.commands.find((each) => each.name() === rest[at]);
    if (next === undefined) break;
    command = next;
    rest = rest.toSpliced(at, 1);
  }
  if (command === program && rest.some((word) => !word.startsWith('-') && word !== 'help')) {
    return [`no command ${rest.join(' ')}`];
  }
  const known = [...command.options, ...program.options];
  const found: string[] = [];
  let values = 0;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-')) {
      values++;
      continue;
    }
    if (['--help', '-h'].includes(word)) continue;
    const name = word.split('=', 1)[0];
    const option = known.find(({ short, long }) => short === name || long === name);
    if (option === undefined) found.push(`no option ${word} of ${command.name()}`);
    else if (option.required && !word.includes('=')) at++;
  }
  const required = command.registeredArguments.filter((each) => each.required).length;
  if (whole && values < required && !words.includes('--help')) found.push('an argument is missing');
  return found;
}

function wordsAfter(line: string, start: RegExp): string[] | undefined {
  const match = start.exec(line);
  if (match === null) return undefined;
  const command = line.slice(match.index + match[0].length).split(/\s(?:#|\||&&|>|;)|;|&&/, 1)[0];
  return (command ?? '')
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '...' && word !== '…');
}

it('every command of the collector that the documents and the helps name exists, with its options', () => {
  const all = [...written(), ...helpExamples()].flatMap(({ where, line, whole }) => {
    const words = wordsAfter(
      line,
      /(?<!(?:-n|--namespace|cd)\s+)(?<=^|\s)(?:cortex-devo|node dist\/cli\/main\.js)\s/,
    );
    return words === undefined ? [] : [{ where, line, problems: mistakes(words, whole) }];
  });
  expect(all.length).toBeGreaterThan(25);
  expect(all.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

it('every script that the documents name exists, can be run, and knows the options', () => {
  const all = written().flatMap(({ where, line }) => {
    const path = /(?:^|\s)(scripts\/[\w./-]+)/.exec(line)?.[1];
    if (path === undefined) return [];
    const words = wordsAfter(line, /scripts\/[\w./-]+/) ?? [];
    return [{ where, line, problems: scriptMistakes(path, words) }];
  });
  expect(all.length).toBeGreaterThan(3);
  expect(all.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

it('every npm script that the documents name exists', () => {
  const named = written().flatMap(({ line }) =>
    [...line.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ''),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

function scriptMistakes(path: string, words: readonly string[]): string[] {
  const file = join(ROOT, path);
  if (!existsSync(file)) return [`no file ${path}`];
  if (!path.endsWith('.sh')) return [];
  if (!path.endsWith('/prepare.sh')) accessSync(file, constants.X_OK);
  // run.sh hands its options on: to `up` after a config file, else to `demo`.
  if (path === 'scripts/run.sh') {
    const [first = '--', ...rest] = words;
    return first.startsWith('-')
      ? mistakes(['demo', ...words], false)
      : mistakes(['up', ...rest], false);
  }
  const text = [file, join(ROOT, 'scripts/cluster/main.js')]
    .map((each) => readFileSync(each, 'utf8'))
    .join('\n');
  return words
    .filter((word) => word.startsWith('--') && !text.includes(word))
    .map((word) => `no option ${word} of ${path}`);
}
