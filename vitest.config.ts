import { defineConfig } from 'vitest/config';
import { patienceMs } from './engine/core/testing/patience.ts';

// Which tests need what, in one place. A unit test starts no process, opens no browser, loads no model that ships, and is quick.
const integration = [
  'cli/**/*.test.ts',
  'data/data.test.ts',
  'deploy/**/*.test.ts',
  'engine/app/open-desk.test.ts',
  'engine/knowledge/generations/generation-crash.test.ts',
  'engine/learning/promotion/model-change.test.ts',
  'engine/models/embedder/embedder.test.ts',
  'engine/models/onnx/onnx-session.test.ts',
  'engine/models/reranker/reranker.test.ts',
  'engine/models/store/add-model.test.ts',
  'engine/models/store/real-models.test.ts',
  'ingest/real-data.test.ts',
  'lab/queue-replay/deflection.test.ts',
  'lab/reranking/reranking.test.ts',
  'lab/retrieval/retrieval-lab.test.ts',
  'server/*.test.ts',
  'training/training.test.ts',
];
const browser = [
  'server/http/widget-refusals.test.ts',
  'web/widget/chat.test.ts',
  'web/widget/real-server.test.ts',
  'web/widget/safe-markdown.test.ts',
];

const buildWeb = ['web/testing/build-web.ts'];

/** The least share of lines, in percent, that the tests run in each room. What they run in processes of their own does not count. */
const coverageFloors = {
  'engine/core': 0,
  'engine/chat': 0,
  'engine/knowledge': 0,
  'engine/models': 0,
  'engine/storage': 0,
  'engine/learning': 0,
  'engine/app': 0,
  ingest: 0,
  evals: 0,
  server: 0,
  cli: 0,
  lab: 0,
  'web/widget': 0,
};

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
        exclude: ['**/*.test.ts', '**/testing/**', '**/*.contract.ts', '**/*.d.ts'],
        reporter: ['text-summary', 'html'],
        thresholds: Object.fromEntries(
          Object.entries(coverageFloors).map(([room, lines]) => [`${room}/**`, { lines }]),
        ),
      },
    },
  };
});
