import process from 'node:process';

// scripts/mutation.sh says which folders.
const folders = (process.env.MUTATION_FOLDERS ?? 'pull').split(' ');

const mutate = folders.flatMap((name) => [`src/${name}/**/*.ts`, `!src/${name}/errors.ts`]);

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  mutate,
  ignorePatterns: ['dist', 'dist-simulator', 'reports', 'docs', 'deploy'],
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `reports/mutation/${folders.join('-')}.json` },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
  concurrency: 1,
  timeoutMS: 20_000,
  tempDirName: '.stryker-tmp',
};
