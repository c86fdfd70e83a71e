import { defineConfig } from 'vitest/config';
import { patienceMs } from './engine/core/testing/patience.ts';

// Which tests need what, in one place. A unit test starts no process, opens no browser, loads no model that ships, and is quick.
const integration = [
  'cli/**/*.test.ts',
  'data/data.test.ts',
  'deploy/**/*.test.ts',
  'engine/app/deps.test.ts',
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
  'web/widget/chat.test.ts',
  'web/widget/real-server.test.ts',
  'web/widget/safe-markdown.test.ts',
];

const buildWeb = ['web/testing/build-web.ts'];

export default defineConfig(({ mode }) => {
  const isLong = mode === 'long';
  return {
    test: {
      // Two cores are what a small machine has; tests that start processes of their own need room beside them.
      maxWorkers: 2,
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
      // These bound failure only: what takes long on a busy machine passes all the same.
      testTimeout: 5 * patienceMs,
      hookTimeout: 5 * patienceMs,
      teardownTimeout: patienceMs,
      expect: { poll: { timeout: patienceMs } },
      // npm run test:long: more random cases, kills and cuts.
      env: { TEST_EFFORT: isLong ? '20' : '1' },
      setupFiles: isLong ? ['engine/core/testing/long-properties.ts'] : [],
    },
  };
});
