// With a real model and transformers.js, where they are: ANSWERDESK_TEST_ONNX names the folder (training.chat.export --onnx writes one),
// ANSWERDESK_TEST_PACKAGES the one into which `npm install --prefix` put the package.
import { describe, expect, it } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { openWritingModel } from './open-chat-model.ts';
import { writingModelContract } from './writing-model.contract.ts';

const folder = process.env.ANSWERDESK_TEST_ONNX;
const packages = process.env.ANSWERDESK_TEST_PACKAGES ?? '/nowhere';
if (folder === undefined)
  process.stderr.write(
    'Skipped: the contract of onnx: models needs ANSWERDESK_TEST_ONNX and ANSWERDESK_TEST_PACKAGES.\n',
  );

describe.skipIf(folder === undefined)('a chat model in an ONNX folder', () => {
  const open = () =>
    openWritingModel({ model: `onnx:${folder}`, maxTokens: 60, packages, threads: 1, contextTokens: 1_024 });

  it(
    'says to a question what it says when nothing was read before it',
    async () => {
      await using model = await open();
      const ask = async (question: string) => {
        const prompt = [
          { role: 'system' as const, content: 'You answer questions of customers in one short sentence.' },
          { role: 'user' as const, content: question },
        ];
        let text = '';
        for await (const chunk of await model.model.stream(prompt)) text += chunk.text;
        return text;
      };
      const first = await ask('How does a letter travel?');
      expect(await ask('What is a dial for?')).not.toBe(first);
      expect(await ask('How does a letter travel?')).toBe(first);
    },
    patienceMs,
  );

  writingModelContract({
    open,
    async isWorking() {
      const before = process.cpuUsage().user;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return process.cpuUsage().user - before > 200_000;
    },
  });
});
