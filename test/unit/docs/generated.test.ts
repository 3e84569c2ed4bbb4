import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configurationSection } from '../../../scripts/docs/configuration.js';
import { withGeneratedSection } from '../../../scripts/docs/generated-section.js';
import { troubleshootingSection } from '../../../scripts/docs/troubleshooting.js';
import { describeSchema } from '../../../src/config/describe-schema.js';
import { ALL_ERRORS } from '../../../src/errors/all-errors.js';

const DOCS = join(import.meta.dirname, '../../../docs');

// `npm run docs` runs this file with --update, which writes what is expected here.
it.each([
  ['troubleshooting.md', troubleshootingSection(ALL_ERRORS)],
  ['configuration.md', configurationSection(describeSchema())],
])('docs/%s is what `npm run docs` writes', async (name, section) => {
  const path = join(DOCS, name);
  await expect(await withGeneratedSection(path, section)).toMatchFileSnapshot(path);
});
