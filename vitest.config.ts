import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Far from UTC, with a summer time of half an hour: what takes local time for UTC shows.
process.env.TZ = 'Australia/Lord_Howe';

export default defineConfig({
  resolve: { alias: { '#simulator': join(import.meta.dirname, 'simulator/index.ts') } },
  test: {
    // Each has a `groupOrder` of its own: those that share one must have the same number of workers.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'test/property/**/*.test.ts',
            'test/replay/**/*.test.ts',
          ],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // How long `expect.poll` looks again: its own second is little on a busy machine.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          sequence: { groupOrder: 5 },
          // Less than 20 s where nothing else runs.
          testTimeout: 600_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          // Waits within a test end before, and say what they waited for.
          testTimeout: 400_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          pool: 'forks',
          // Each file waits most of its time, for periods, timeouts and quotas.
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          include: ['test/peers/**/*.test.ts'],
          sequence: { groupOrder: 4 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // They wait for seconds, side by side; the full table has sixty connections at a time in each.
          maxConcurrency: process.env.PEERS === 'full' ? 2 : 8,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          sequence: { groupOrder: 3 },
          pool: 'forks',
        },
      },
    ],
  },
});
