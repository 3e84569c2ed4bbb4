import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('100 worlds drawn from seeds, and those that once failed, hold what is promised', async () => {
  const { stdout } = await run('node', ['scripts/simulate.js', '--seeds', '100']).catch(
    (error: unknown) => error as { stdout: string },
  );
  // All of it, for it names the seeds that failed, their last steps, and how to see them again.
  expect(stdout).toMatch(/^\d+ seeds, 0 failed$/m);
});

test('a seed brings about the same steps each time', async () => {
  const hashes = await Promise.all(
    [1, 2].map(async () => {
      const { stdout } = await run('node', ['scripts/simulate.js', '--seed', '4']);
      return /^steps \d+, hash \w+$/m.exec(stdout)?.[0];
    }),
  );
  expect(hashes[0]).toBeDefined();
  expect(hashes[0]).toBe(hashes[1]);
});
