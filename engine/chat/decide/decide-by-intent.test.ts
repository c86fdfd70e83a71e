import { describe, expect, it } from 'vitest';
import type { IntentClassifier, IntentGuess } from '#core/intent-classifier.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createAnswer } from '../answer.ts';
import {
  cannedEmbedder,
  cannedKnowledgeBase,
  collectEvents,
  conversationOf,
  deltaText,
  ScriptedChatModel,
  scored,
} from '../testing/fixtures.ts';
import { actByIntent } from './decide-by-intent.ts';

const guess = (label: string, change: Partial<IntentGuess> = {}): IntentGuess => ({
  label,
  probability: 0.97,
  probabilities: { [label]: 0.97 },
  familiarity: 5,
  familiar: true,
  sure: true,
  ...change,
});

describe('a sure guess', () => {
  it.each([
    ['wants-person', { kind: 'person-request', confidence: 0.97 }],
    ['hostile', { kind: 'misuse', confidence: 0.97 }],
    ['greeting', { kind: 'small-talk', smallTalk: 'greeting', confidence: 0.97 }],
    ['thanks', { kind: 'small-talk', smallTalk: 'thanks', confidence: 0.97 }],
  ])('of %s tells', (label, act) => {
    expect(actByIntent('any words', guess(label))).toEqual(act);
  });

  it.each(['question', 'complaint', 'out-of-scope'])('of %s leaves it to what is found', (label) => {
    expect(actByIntent('any words', guess(label))).toBeUndefined();
  });

  it('is needed', () => {
    for (const label of ['wants-person', 'hostile', 'greeting', 'thanks']) {
      expect(actByIntent('any words', guess(label, { sure: false }))).toBeUndefined();
      expect(actByIntent('any words', guess(label, { probability: 0.89 }))).toBeUndefined();
    }
    expect(actByIntent('any words', undefined)).toBeUndefined();
  });

  it('of small talk does not count for a long message, nor thanks for one that asks', () => {
    const long = 'good morning to all of you I am writing about the parcel that I ordered';
    expect(actByIntent(long, guess('greeting'))).toBeUndefined();
    expect(actByIntent('thanks, and on Sundays?', guess('thanks'))).toBeUndefined();
  });

  it('of abuse does not count for a message that asks', () => {
    expect(actByIntent('you fools, where is my parcel', guess('hostile'))).toBeUndefined();
  });
});

describe('answering with a classifier', () => {
  const canned: Record<string, IntentGuess> = {
    'you are the worst thing ever made': guess('hostile'),
    'somebody with a pulse, now': guess('wants-person'),
  };
  const asked: string[] = [];
  const intents: IntentClassifier = {
    labels: [],
    classify: (text) => {
      asked.push(text);
      return canned[text] ?? guess('question');
    },
  };
  const model = new ScriptedChatModel({ deltas: ['Hold the dial [1].'] });
  const knowledgeBase = cannedKnowledgeBase([scored(makeChunk(), { cosine: 0.9 })]);
  const answer = createAnswer({
    knowledgeBase: () => knowledgeBase,
    embedder: cannedEmbedder(),
    chatModel: { name: 'scripted', model },
    intents,
    calibration: () => ({
      embedder: 'canned',
      coefficients: { cosine: 20, scoreMargin: 0, coverageMargin: 0, rerank: 0, rerankMargin: 0 },
      intercept: -10,
      answerFrom: 0.6,
      clarifyFrom: 0.2,
    }),
    timeouts: { firstTokenTimeoutMs: patienceMs, tokenTimeoutMs: patienceMs },
  });
  const ask = (text: string) =>
    collectEvents(
      answer({ conversation: conversationOf({ author: 'customer', text }), messageId: 'a', replyTo: 'q' }),
    );

  it('stays friendly where it is abused, and looks nothing up', async () => {
    const events = await ask('you are the worst thing ever made');
    expect(events.at(-1)).toMatchObject({ message: { decision: 'decline' } });
    expect(deltaText(events)).toContain('a person of our team');
    expect(knowledgeBase.queries).toEqual([]);
  });

  it('hands over where a person is asked for in words that no pattern knows', async () => {
    const events = await ask('somebody with a pulse, now');
    expect(events).toContainEqual({ type: 'handoff-request', reason: 'customer-request' });
  });

  it('is not asked where a pattern is sure', async () => {
    asked.length = 0;
    await ask('human please');
    expect(asked).toEqual([]);
  });

  it('answers every other question', async () => {
    expect((await ask('How do I reset the thermostat?')).at(-1)).toMatchObject({
      message: { decision: 'answer', text: 'Hold the dial [1].' },
    });
  });
});
