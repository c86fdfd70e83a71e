import { defineConfig } from 'vitest/config';
import { patienceMs } from './engine/core/testing/patience.ts';

// The name of a test says what it needs: `*.integration.test.ts` starts processes or loads models that ship, `*.browser.test.ts` opens a
// browser, every other one does neither and is quick.
const integration = ['**/*.integration.test.ts'];
const browser = ['**/*.browser.test.ts'];

const buildWeb = ['web/testing/build-web.ts'];

/**
 * The least share of lines, in percent, that tests run in each room. Processes of their own and browsers do not
 * count, so `cli` has no floor and the widget a low one. */
const coverageFloors = {
  'engine/core': 98,
  'engine/chat': 95,
  'engine/knowledge': 95,
  'engine/models': 90,
  'engine/storage': 95,
  'engine/learning': 68,
  'engine/app': 70,
  ingest: 94,
  evals: 55,
  quality: 57,
  server: 87,
  lab: 27,
  'web/widget': 7,
};

/** What runs in threads alone: its tests go through the thread, where nothing is counted. */
const inThreads = [
  'ingest/readers/**',
  'engine/models/chat/onnx-chat-thread.ts',
  'engine/models/onnx/model-thread.ts',
  'engine/models/personal-data/{entity-model,entity-spans,word-pieces}.ts',
];

export default defineConfig(({ mode }) => {
  // npm run test:long: more random cases, kills and cuts.
  const effort = mode === 'long' ? 20 : 1;
  return {
    test: {
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            include: ['**/*.test.ts'],
            exclude: ['**/node_modules/**', ...integration, ...browser],
            // Files share a process, because nothing mocks a module or leaves anything behind: half the time.
            isolate: false,
          },
        },
        { extends: true, test: { name: 'integration', include: integration, globalSetup: buildWeb } },
        { extends: true, test: { name: 'browser', include: browser, globalSetup: buildWeb } },
      ],
      // Two cores are what a small machine has; tests that start processes of their own need room beside them.
      maxWorkers: 2,
      // These bound failure only: what takes long on a busy machine passes all the same.
      testTimeout: 5 * patienceMs * effort,
      hookTimeout: 5 * patienceMs,
      teardownTimeout: patienceMs,
      expect: { poll: { timeout: patienceMs } },
      env: { TEST_EFFORT: `${effort}` },
      setupFiles: effort > 1 ? ['engine/core/testing/long-properties.ts'] : [],
      coverage: {
        provider: 'v8',
        include: Object.keys(coverageFloors).map((room) => `${room}/**/*.ts`),
        exclude: ['**/*.test.ts', '**/testing/**', '**/*.contract.ts', '**/*.d.ts', ...inThreads],
        reporter: ['text-summary', 'html'],
        thresholds: Object.fromEntries(
          Object.entries(coverageFloors).map(([room, lines]) => [`${room}/**`, { lines }]),
        ),
      },
    },
  };
});
