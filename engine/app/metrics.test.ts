import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnswer } from '#chat/answer.ts';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  collectEvents,
  conversationOf,
  cosineCalibration,
  ScriptedChatModel,
  scored,
  shippedActs,
} from '#chat/testing/fixtures.ts';
import { writingOf } from '#chat/testing/open-writing.ts';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { type OpenaiServer, openOpenaiServer } from '#models/testing/openai-server.ts';
import { createMetrics } from './metrics.ts';

const passages = [
  scored(makeChunk({ text: 'Hold the dial for 20 seconds. Let go of the dial.' })),
  scored(makeChunk({ documentId: 'refunds', text: 'Refunds take 5 days.' })),
];
/** A passage supports what it holds word for word. */
const scorer = {
  score: async (sentence: string, passage: string) => Number(passage.includes(sentence)),
};
const question = { author: 'customer', text: 'How do I reset it?' } as const;

let server: OpenaiServer;
beforeAll(async () => {
  server = await openOpenaiServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** What Prometheus reads behind one answer for which the model wrote `words`. */
async function metricsOf(words: readonly string[], status = 200): Promise<string> {
  server.script = { words, status };
  const metrics = createMetrics();
  await using model = await openWritingModel({
    model: 'openai:m',
    baseUrl: server.baseUrl,
    maxTokens: 200,
    packages: '/nowhere',
  });
  const answer = createAnswer({
    knowledgeBase: () => cannedKnowledgeBase(passages),
    embedder: cannedEmbedder(),
    acts: shippedActs,
    chatModel: { name: 'extractive', model: new ScriptedChatModel({ deltas: ['Hold the dial [1].'] }) },
    writing: writingOf(model, { openGuard: sentenceGuard({ scorer, supportedFrom: 0.5 }) }),
    calibration: () => cosineCalibration,
    observer: metrics.answer,
  });
  await collectEvents(
    answer({ conversation: conversationOf(question), messageId: 'a', replyTo: 'q' }, { signal: undefined }),
  );
  return metrics.registry.metrics();
}

describe('the metrics of the guard', () => {
  it('count what became of each sentence, and hold none of its words', async () => {
    const text = await metricsOf([
      'Hold the dial for 20 seconds. [1] ',
      'Refunds take 5 days. [1] Call our lawyers.',
    ]);
    for (const [fate, count] of [
      ['kept', 1],
      ['cited-anew', 1],
      ['dropped', 1],
    ])
      expect(text).toContain(`answerdesk_guarded_sentences_total{fate="${fate}"} ${count}\n`);
    expect(text).not.toContain('answerdesk_answers_replaced_total{');
    expect(text).not.toMatch(/lawyers|dial/);
  });

  it('count the answers that the articles took over, by why', async () => {
    expect(await metricsOf(['Call our lawyers. ', 'They know.'])).toContain(
      'answerdesk_answers_replaced_total{because="unsupported"} 1\n',
    );
    expect(await metricsOf([], 500)).toContain('answerdesk_answers_replaced_total{because="failed"} 1\n');
  });
});
