import { defineConfig } from 'vitest/config';

/** Tests quick enough to run for each mutant; `npm run mutation` uses it. */
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
    exclude: [
      'test/unit/{docs,errors,simulator,cli,config}/**',
      'test/unit/workflows/bundle.test.ts',
    ],
    testTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
