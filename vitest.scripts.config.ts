import { defineConfig } from 'vitest/config';

/** No tests: scripts that take pictures and record histories, which need what vitest gives them. */
export default defineConfig({
  test: {
    include: ['scripts/screenshots.ts', 'scripts/record-histories.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
