import { AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { expect, it } from 'vitest';
import type { AnswerDependencies } from '#chat/answer.ts';
import type { ChatModel } from '#core/chat-model.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { runSpeed } from './speed.ts';

const chunk = makeChunk({ documentId: 'a', title: 'A', text: 'Hold it for ten seconds.' });

function dependencies(fails: (call: number) => boolean): AnswerDependencies {
  let calls = 0;
  class Model extends FakeListChatModel {
    override async *_streamResponseChunks() {
      if (fails(calls++)) throw new Error('down');
      yield new ChatGenerationChunk({ text: 'Ten. [1]', message: new AIMessageChunk('Ten. [1]') });
    }
  }
  return {
    acts: { classify: () => ({ act: 'question', probability: 1, sure: true }) },
    embedder: { modelId: 'm', embedQuery: async () => Float32Array.of(1) },
    knowledgeBase: () =>
      ({
        generation: {
          id: 'g',
          createdAt: '',
          modelId: 'm',
          dimensions: 1,
          documents: 1,
          chunks: 1,
          sources: [],
        },
        document: async () => undefined,
        retrieve: async () => [{ chunk, score: 1, evidence: { cosine: 1, coverage: 1, bm25: 20 } }],
      }) as unknown as ReturnType<AnswerDependencies['knowledgeBase']>,
    chatModel: { name: 'fake', model: new Model({ responses: [''] }) as unknown as ChatModel },
    calibration: () => ({
      embedder: 'm',
      coefficients: {
        cosine: 0,
        scoreMargin: 0,
        coverageMargin: 0,
        rerank: 0,
        rerankMargin: 0,
        kindMissing: 0,
      },
      intercept: 5,
      answerFrom: 0.5,
      clarifyFrom: 0.2,
    }),
  };
}
const question = {
  id: 'q',
  kind: 'single',
  turns: [{ role: 'customer' as const, text: 'How long do I hold the button?' }],
  standalone: '',
  gold: ['a'],
  facts: [],
  mustNot: [],
  expect: 'answer' as const,
};

it('measures each phase at each load, and leaves failed answers out of the figures', async () => {
  // Five answers warm up; of the ten measured at each of two loads, four fail in all.
  const { metrics, cases } = await runSpeed({
    dependencies: dependencies((call) => call >= 5 && call < 9),
    cases: [question],
    seed: 1,
    atOnce: [1, 3],
    answers: 10,
  });
  expect(cases.map(({ verdict }) => verdict)).toEqual(['error', 'error', 'error', 'error']);
  expect(metrics['total-p95-at-1']).toMatchObject({ n: 6, unit: 'ms', measured: true, better: 'lower' });
  expect(metrics['total-p95-at-3']!.n).toBe(10);
  expect(metrics['retrieve-p50-at-1']!.value).toBeLessThanOrEqual(metrics['total-p50-at-1']!.value);
  expect(metrics['first-token-p50-at-1']!.value).toBeGreaterThan(0);
});

it('says that there is nothing to measure without a question to answer', async () => {
  const { notes } = await runSpeed({ dependencies: dependencies(() => false), cases: [], seed: 1 });
  expect(notes).toEqual(['There are no questions to answer.']);
});
