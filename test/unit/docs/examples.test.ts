import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { load } from '../config/config-folder.js';
import { documents, ROOT } from './markdown.js';

/** Secrets are left out of the examples, and outputs of those for Devo's Collector Server. */
const ENV = {
  CORTEX_API_KEY: 'key-of-the-test',
  CORTEX_API_KEY_ID: '7',
  DEVO_ADDRESS: 'collector-eu.devo.io',
  DEVO_CERT: 'domain.crt',
  DEVO_KEY: 'domain.key',
};

const examples = documents().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => ['yaml', 'json'].includes(language))
    .map(({ text }) => ({ path, content: parse(text) as Record<string, unknown> }))
    .filter(
      ({ content }) =>
        'inputs' in content && ('outputs' in content || 'global_overrides' in content),
    ),
);

it.each(examples)('the config file shown in $path loads without a warning', ({ content }) => {
  expect(load(content, ENV).warnings).toEqual([]);
});

it('the config file for Kubernetes loads without a warning', () => {
  const text = readFileSync(join(ROOT, 'deploy/kubernetes/configmap.yaml'), 'utf8');
  const { data } = parse(text) as { data: Record<string, string> };
  expect(load(data['config.yaml'], ENV).warnings).toEqual([]);
});
