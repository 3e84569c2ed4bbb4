import { defineConfig } from 'vitest/config';

/** Tests of the folders that scripts/mutation.sh names, quick enough to run for each mutant. */
const folders = (process.env.MUTATION_FOLDERS ?? 'pull').split(' ');
const ofFolders = folders.map((name) => `test/unit/${name}/**/*.test.ts`);

export default defineConfig({
  test: {
    include: folders.includes('pull') ? [...ofFolders, 'test/property/**/*.test.ts'] : ofFolders,
    testTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
