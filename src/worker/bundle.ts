import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@temporalio/worker';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the build leaves the workflows' bundle, beside this file. */
const PREBUILT = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** The workflows' code for the worker: as the build left it, or bundled now when run from source. */
export async function workflowBundle(): Promise<{ code: string }> {
  return { code: existsSync(PREBUILT) ? await readFile(PREBUILT, 'utf8') : await bundleNow() };
}

/** Bundles and leaves the result where `workflowBundle` finds it; part of the build. */
export async function writeBundle(): Promise<void> {
  await writeFile(PREBUILT, await bundleNow());
}

async function bundleNow(): Promise<string> {
  const source = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflowsPath = fileURLToPath(new URL(`../workflows/index.${source}`, import.meta.url));
  const logger: Logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  return code;
}
