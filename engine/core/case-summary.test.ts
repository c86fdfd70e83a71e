import { describe, expect, it } from 'vitest';
import { summarize } from './case-summary.ts';
import type { Message } from './conversation.ts';

const said = (id: string, author: Message['author'], rest: Partial<Message> = {}): Message => ({
  id,
  author,
  text: `text of ${id}`,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...rest,
});
const cites = (...titles: string[]) =>
  titles.map((title, index) => ({ number: index + 1, documentId: title, chunkId: title, title, quote: '' }));

describe('summarize', () => {
  it('says what was asked, what was answered from which articles, and how that was rated', () => {
    const messages = [
      said('hello', 'customer'),
      said('greeting', 'bot', { replyTo: 'hello', decision: 'small-talk' }),
      said('first', 'customer'),
      said('answer', 'bot', {
        replyTo: 'first',
        decision: 'answer',
        citations: cites('Pumps', 'Pumps', 'Noise'),
      }),
      said('second', 'customer', { text: `${'long '.repeat(60)}` }),
      said('declined', 'bot', { replyTo: 'second', decision: 'decline' }),
      said('third', 'customer'),
      said('by-mia', 'person', { person: { name: 'Mia' } }),
      said('fourth', 'customer'),
    ];
    const rated = [{ messageId: 'answer', rating: 'down', at: '' } as const];
    const [first, second, third, fourth, ...others] = summarize(messages, rated);
    expect(others).toEqual([]);
    expect(first).toEqual({
      questionId: 'first',
      question: 'text of first',
      answer: { messageId: 'answer', decision: 'answer', titles: ['Pumps', 'Noise'], rating: 'down' },
    });
    expect(second?.question).toHaveLength(160);
    expect(second?.answer).toEqual({ messageId: 'declined', decision: 'decline', titles: [] });
    expect(third?.answer).toEqual({ messageId: 'by-mia', person: 'Mia', titles: [] });
    expect(fourth).not.toHaveProperty('answer');
  });
});
