import { describe, expect, it } from 'vitest';
import type { GroundednessScorer } from '#core/groundedness.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { createAnswer } from '../answer.ts';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  collectEvents,
  conversationOf,
  cosineCalibration,
  ScriptedChatModel,
  scored,
  shippedActs,
} from '../testing/fixtures.ts';
import { type AnswerQualityOptions, createAnswerQuality } from './answer-quality.ts';

const text = 'Hold the dial for 20 seconds [1]. Then call us on Sunday [1].';
const wordScorer: GroundednessScorer = {
  score: async (sentence, passage) => (passage.includes(sentence.replace(/\W+$/, '')) ? 0.9 : 0.1),
};

function desk(options: Partial<AnswerQualityOptions> = {}) {
  const seen: unknown[] = [];
  const quality = createAnswerQuality({
    scorer: wordScorer,
    share: 1,
    pollMs: 1,
    observer: {
      scored: (sentences) => void seen.push(sentences),
      dropped: () => void seen.push('dropped'),
      failed: () => void seen.push('failed'),
    },
    ...options,
  });
  const answer = quality.watch(
    createAnswer({
      embedder: cannedEmbedder(),
      acts: shippedActs,
      knowledgeBase: () =>
        cannedKnowledgeBase([scored(makeChunk({ text: 'Hold the dial for 20 seconds.' }), { cosine: 0.9 })]),
      chatModel: { name: 'scripted', model: new ScriptedChatModel({ deltas: [text] }) },
      calibration: () => cosineCalibration,
    }),
  );
  const ask = (question = 'How do I reset it?') =>
    collectEvents(
      answer({
        conversation: conversationOf({ author: 'customer', text: question }),
        messageId: 'a',
        replyTo: 'q',
      }),
    );
  return { quality, ask, seen };
}

describe('a sample of live answers', () => {
  it('counts the sentences that the cited passages support', async () => {
    const { quality, ask, seen } = desk();
    await ask();
    await quality.settled();
    expect(seen).toEqual([{ supported: 1, total: 2 }]);
  });

  it('leaves out what is no answer, and what was not drawn', async () => {
    const never = desk({ share: 0 });
    await never.ask();
    await never.quality.settled();
    const { quality, ask, seen } = desk();
    await ask('I want to talk to a human');
    await quality.settled();
    expect([...seen, ...never.seen]).toEqual([]);
  });

  it('waits while answers are being written, and drops what is too much', async () => {
    let busy = true;
    const { quality, ask, seen } = desk({ busy: () => busy, waiting: 2 });
    for (let index = 0; index < 5; index++) await ask();
    expect(seen).toEqual(['dropped', 'dropped', 'dropped']);
    busy = false;
    await quality.settled();
    expect(seen.slice(3)).toEqual([
      { supported: 1, total: 2 },
      { supported: 1, total: 2 },
    ]);
  });

  it('lets no failure reach a customer', async () => {
    const { quality, ask, seen } = desk({
      scorer: {
        score: async () => {
          throw new Error('the embedder is gone');
        },
      },
    });
    expect((await ask()).at(-1)?.type).toBe('answer-end');
    await ask();
    await quality.settled();
    expect(seen).toEqual(['failed', 'failed']);
  });

  it('forgets what waits when it is closed', async () => {
    const { quality, ask, seen } = desk({ busy: () => true });
    await ask();
    await quality[Symbol.asyncDispose]();
    await ask();
    expect(seen).toEqual([]);
  });
});
