import { FakeListChatModel } from '@langchain/core/utils/testing';
import { describe, expect, it } from 'vitest';
import type { ChatModel } from '#core/chat-model.ts';
import type { Message } from '#core/conversation.ts';
import type { Document } from '#core/document.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { shippedReader } from '../dialogue-acts/shipped-reader.ts';
import { draftFromArticles } from './draft-from-articles.ts';
import { draftFromConversations } from './draft-from-conversations.ts';
import { draftFromGaps, unansweredQuestions } from './draft-from-gaps.ts';

const embedder = createHashingEmbedder({ dimensions: 256 });

/** `general`: the sentences that ingestion found to hold for all. */
const documentOf = (
  id: string,
  pageContent: string,
  { general = [], ...rest }: Partial<Document['metadata']> & { general?: readonly string[] } = {},
): Document => ({
  id,
  pageContent,
  metadata: {
    source: 's',
    kind: 'transcript',
    title: 'Past conversation',
    audience: 'customer',
    language: 'en',
    quotable: general.map((sentence) => {
      const start = pageContent.indexOf(sentence);
      return { start, end: start + sentence.length };
    }),
    ...rest,
  },
});

describe('drafts from conversations', () => {
  const settled = 'Hold the dial for ten seconds until the ring turns white.';
  const one = documentOf(
    'c1',
    `## how do I restart the thermostat\n\nI have looked at order PW-4471902. ${settled} It was delivered on 3 March.`,
    { general: [settled] },
  );
  const two = documentOf(
    'c2',
    `## restart the thermostat, how do I\n\n${settled} Your wife can do it, too, in Leeds.`,
    { general: [settled] },
  );
  const other = documentOf(
    'c3',
    '## where is my parcel now\n\nThe carrier leaves it at a pick-up point for seven days.',
    { general: ['The carrier leaves it at a pick-up point for seven days.'] },
  );

  it('hold what several conversations were settled with, and nothing of a case', async () => {
    expect(await draftFromConversations([one, other, two], embedder)).toEqual([
      {
        id: 'how-do-i-restart-the-thermostat',
        questions: ['how do I restart the thermostat', 'restart the thermostat, how do I'],
        answer: settled,
        sources: [],
        count: 2,
      },
    ]);
  });

  it('need two conversations, or as many as are asked for', async () => {
    expect(await draftFromConversations([one, other], embedder)).toEqual([]);
    expect(await draftFromConversations([one, other, two], embedder, { atLeast: 3 })).toEqual([]);
  });

  it('are made of no conversation that only agents may read', async () => {
    const closed = { ...two, metadata: { ...two.metadata, audience: 'internal' as const } };
    expect(await draftFromConversations([one, closed], embedder)).toEqual([]);
  });

  it('hold nothing that ingestion did not find to be general', async () => {
    const closed = [one, two].map((document) => ({
      ...document,
      metadata: { ...document.metadata, quotable: [] },
    }));
    expect(await draftFromConversations(closed, embedder)).toEqual([]);
  });
});

describe('drafts from gaps', () => {
  const message = (id: string, rest: Partial<Message>): Message => ({
    id,
    author: 'customer',
    text: id,
    createdAt: '2026-01-01T00:00:00Z',
    ...rest,
  });

  it('are of the questions that were declined, or handed over for want of an answer', () => {
    const messages = [
      message('q1', { text: 'Is there a solar panel?' }),
      message('a1', { author: 'bot', decision: 'decline', replyTo: 'q1' }),
      message('q2', { text: 'How do I reset it?' }),
      message('a2', { author: 'bot', decision: 'answer', replyTo: 'q2' }),
      message('q3', { text: 'I will sue you' }),
      message('a3', { author: 'bot', decision: 'handoff', replyTo: 'q3', cards: ['f#lawyer'] }),
      message('q4', { text: 'I want to talk to a person' }),
      message('a4', { author: 'bot', decision: 'handoff', replyTo: 'q4' }),
    ];
    expect(unansweredQuestions(messages, shippedReader())).toEqual(['Is there a solar panel?']);
  });

  it('put the same question of several customers together, and leave the answer to the team', async () => {
    const drafts = await draftFromGaps(
      ['is there a solar panel', 'solar panel, is there one', 'do you sell lamps', 'Is there a solar panel'],
      embedder,
    );
    expect(drafts).toEqual([
      {
        id: 'is-there-a-solar-panel',
        questions: ['is there a solar panel', 'solar panel, is there one', 'Is there a solar panel'],
        answer: '',
        sources: [],
        count: 3,
      },
    ]);
  });
});

describe('drafts from articles', () => {
  const article = documentOf('reset', 'Hold the dial.', { kind: 'article', title: 'Reset' });
  const model = (...responses: string[]) => new FakeListChatModel({ responses }) as unknown as ChatModel;

  it('are what the model wrote of each article for customers, with the article as their source', async () => {
    const reply =
      'Here it is:\n```json\n{"cards":[{"questions":["How do I reset it?"],"answer":"Hold the dial."}]}\n```';
    const internal = documentOf('secret', 'x', { kind: 'article', audience: 'internal' });
    const drafts = await Array.fromAsync(draftFromArticles([internal, article], model(reply)));
    expect(drafts).toEqual([
      {
        id: 'how-do-i-reset-it',
        questions: ['How do I reset it?'],
        answer: 'Hold the dial.',
        sources: ['reset'],
        count: 1,
      },
    ]);
  });

  it('leave out an article of which the model wrote nothing that can be read', async () => {
    const skipped: string[] = [];
    const drafts = draftFromArticles([article], model('Sure! I will.'), {
      onSkipped: (id) => skipped.push(id),
    });
    expect(await Array.fromAsync(drafts)).toEqual([]);
    expect(skipped).toEqual(['reset']);
  });
});
