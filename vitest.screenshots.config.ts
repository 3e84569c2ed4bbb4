import { defineConfig } from 'vitest/config';

/** Not a test: scripts/screenshots.sh takes the pictures of docs/images with it. */
export default defineConfig({
  test: {
    include: ['scripts/screenshots.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
