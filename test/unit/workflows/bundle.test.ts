import { expect, test } from 'vitest';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

test('the workflow bundle holds no HTTP client, no config library and no module of Node', async () => {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../../src/workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  expect(code).toContain('collectService');
  for (const name of ['axios', 'convict', 'lossless-json', 'p-queue', 'pino']) {
    expect(code).not.toContain(`node_modules/${name}/`);
  }
  for (const folder of [
    'activities',
    'cortex',
    'devo',
    'segments',
    'config',
    'services',
    'worker',
  ]) {
    expect(code).not.toContain(`./src/${folder}/`);
  }
});
