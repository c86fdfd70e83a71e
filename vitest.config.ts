import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'engine/**/*.test.ts',
      'server/**/*.test.ts',
      'cli/**/*.test.ts',
      'lab/**/*.test.ts',
      'ingest/**/*.test.ts',
      'evals/**/*.test.ts',
      'web/**/*.test.ts',
      'deploy/**/*.test.ts',
      'data/**/*.test.ts',
      'training/**/*.test.ts',
    ],
    globalSetup: ['web/testing/build-web.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are what a small machine has; tests that start processes of their own need room beside them.
    maxWorkers: 2,
  },
});
