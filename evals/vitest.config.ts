// The evals' own vitest: `npm test` knows nothing of it. Started by main.ts, which adds reporter and settings.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['evals/suites/*.eval.ts'],
    setupFiles: ['evals/runner/matchers.ts'],
    // One process opens the models once for all files of a run.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
