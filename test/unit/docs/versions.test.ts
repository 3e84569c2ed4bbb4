import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './markdown.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Every text that the pattern's group finds in the file; at least one has to be there. */
function found(path: string, pattern: RegExp): string[] {
  const all = [...read(path).matchAll(pattern)].map((match) => match[1] ?? '');
  if (all.length === 0) throw new Error(`found nothing like ${pattern.source} in ${path}`);
  return all;
}

it('image, compose file, manifests and documents name the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const named = [
    ...found('docker-compose.yml', /cortex-devo:(\d+\.\d+\.\d+)/g),
    ...found('deploy/kubernetes/kustomization.yaml', /newTag: (\S+)/g),
    ...found('docs/cluster.md', /cortex-devo[:-](\d+\.\d+\.\d+)/g),
  ];
  expect(new Set(named)).toEqual(new Set([version]));
});

it('compose file, cluster test and embedded server have the same Temporal', () => {
  const [pinned] = found('scripts/temporal-requirements.txt', /server (\d+\.\d+\.\d+)/g);
  const named = [
    ...found('docker-compose.yml', /temporalio\/(?:server|admin-tools):(\S+)/g),
    ...found('scripts/test-cluster.sh', /^version=(\S+)$/gm),
    ...found('docs/cluster.md', /Temporal server (\d+\.\d+\.\d+)/g),
  ];
  expect(new Set(named)).toEqual(new Set([pinned]));
});
