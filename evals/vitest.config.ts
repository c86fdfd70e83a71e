// The evals' own vitest: `npm test` knows nothing of it. Started by main.ts, which adds reporter and settings.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['evals/suites/*.eval.ts'],
    setupFiles: ['evals/runner/matchers.ts'],
    // One process opens the models once for all suites; cases of a suite run side by side, which helps where a model server answers.
    isolate: false,
    maxWorkers: 1,
    maxConcurrency: 8,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
