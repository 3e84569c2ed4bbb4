import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';

export const ROOT = resolve(import.meta.dirname, '../..');
const CACHE = join(ROOT, '.cache');

/** Puts the simulation and the product's code into one file, and tells where it is; it goes with the process. */
export async function bundleSimulation({ entry = 'test/simulation/main.ts', plugins = [] } = {}) {
  mkdirSync(CACHE, { recursive: true });
  // Below the root, so that packages are found.
  const folder = mkdtempSync(join(CACHE, 'simulation-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'simulation.mjs');
  const bundle = await rolldown({
    input: join(ROOT, entry),
    platform: 'node',
    plugins,
    external: (id) => /^(node:|@?[a-z])/.test(id),
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  await bundle.write({
    file,
    format: 'esm',
    sourcemap: plugins.length === 0,
    codeSplitting: false,
  });
  await bundle.close();
  return file;
}
