// With a real model and transformers.js, where they are: ANSWERDESK_TEST_ONNX names the folder (training.chat.export --onnx writes one),
// ANSWERDESK_TEST_PACKAGES the one into which `npm install --prefix` put the package.
import { describe } from 'vitest';
import { openWritingModel } from './open-chat-model.ts';
import { writingModelContract } from './writing-model.contract.ts';

const folder = process.env.ANSWERDESK_TEST_ONNX;
const packages = process.env.ANSWERDESK_TEST_PACKAGES ?? '/nowhere';
if (folder === undefined)
  process.stderr.write(
    'Skipped: the contract of onnx: models needs ANSWERDESK_TEST_ONNX and ANSWERDESK_TEST_PACKAGES.\n',
  );

describe.skipIf(folder === undefined)('a chat model in an ONNX folder', () => {
  writingModelContract({
    open: () =>
      openWritingModel({
        model: `onnx:${folder}`,
        maxTokens: 60,
        packages,
        threads: 1,
        contextTokens: 1_024,
      }),
    async isWorking() {
      const before = process.cpuUsage().user;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return process.cpuUsage().user - before > 200_000;
    },
  });
});
