// node scripts/size.js: prints the lines of the folders that pull, and how many of their files one live pull reaches.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import process from 'node:process';

const src = resolve(import.meta.dirname, '..', 'src');
const FOLDERS = ['workflows', 'pull', 'activities', 'services'];
const BEGINS = [
  'workflows/collect-service',
  'activities/fetch-segment',
  'activities/deliver-segment',
];

const lines = FOLDERS.map((folder) => {
  const files = readdirSync(join(src, folder), { recursive: true }).filter((name) =>
    name.endsWith('.ts'),
  );
  const count = files.map(
    (name) => readFileSync(join(src, folder, name), 'utf8').split('\n').length - 1,
  );
  return { folder, files: files.length, lines: count.reduce((sum, each) => sum + each, 0) };
});

// What is imported as a type alone is no code.
const IMPORT = /^(?:import|export)\s+(?!type\b)[^;]*?from\s+'(\.[^']+)'/gm;
const reached = new Set();
const left = BEGINS.map((name) => join(src, `${name}.ts`));
for (let path = left.pop(); path !== undefined; path = left.pop()) {
  if (reached.has(path) || !FOLDERS.includes(relative(src, path).split(sep)[0])) continue;
  reached.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
    left.push(resolve(dirname(path), name.replace(/\.js$/, '.ts')));
  }
}

for (const { folder, files, lines: count } of lines) {
  process.stdout.write(
    `${folder.padEnd(12)}${String(files).padStart(4)} files${String(count).padStart(7)} lines\n`,
  );
}
const sum = lines.reduce((total, each) => total + each.lines, 0);
process.stdout.write(`in all ${sum} lines; a live pull reaches ${reached.size} files\n`);
