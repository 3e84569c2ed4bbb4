import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '../..');

/** Puts the simulation and the product's code into one file, and tells where it is. */
export async function bundleSimulation({ name = 'simulation', plugins = [] } = {}) {
  const folder = join(ROOT, '.cache/simulation');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.mjs`);
  const bundle = await rolldown({
    input: join(ROOT, 'test/simulation/main.ts'),
    platform: 'node',
    plugins,
    external: (id) => /^(node:|@?[a-z])/.test(id),
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  await bundle.write({ file, format: 'esm', sourcemap: true, codeSplitting: false });
  await bundle.close();
  return file;
}
