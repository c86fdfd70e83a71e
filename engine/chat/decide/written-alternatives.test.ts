import { describe, expect, it } from 'vitest';
import type { Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { writtenAlternatives } from './written-alternatives.ts';

const passage = (documentId: string, heading: string, ...questions: [string, number][]): ScoredChunk => ({
  ...scored(makeChunk({ documentId, headingPath: [heading] })),
  answers: questions.map(([question, cosine]) => ({ question, cosine, ranges: [{ start: 0, end: 4 }] })),
});
const account = passage('account', 'Closing it', ['how do I cancel my account', 0.8]);
const order = passage('orders', 'Cancellation', ['can I cancel an order that was sent?', 0.7]);
const ask = (question: string, passages: readonly ScoredChunk[], history: readonly Message[] = []) =>
  writtenAlternatives({ question, history }, passages).map(({ title }) => title);

describe('a question of a word or two', () => {
  it('is completed by written questions of several places, the nearest first', () => {
    expect(writtenAlternatives({ question: 'How do I cancel?', history: [] }, [order, account])).toEqual([
      { documentId: 'account', title: 'How do I cancel my account', section: 'Closing it', isQuestion: true },
      {
        documentId: 'orders',
        title: 'Can I cancel an order that was sent?',
        section: 'Cancellation',
        isQuestion: true,
      },
    ]);
  });

  it('offers three at most, and of each place one', () => {
    const other = (id: string) => passage(id, 'x', [`cancel ${id}`, 0.65], [`cancel my ${id} now`, 0.64]);
    const found = [account, order, other('booking'), other('course')];
    expect(ask('cancel', found)).toEqual([
      'How do I cancel my account',
      'Can I cancel an order that was sent?',
      'Cancel booking',
    ]);
  });

  it('needs no other question where a written one asks the same', () => {
    expect(ask('How do I cancel?', [account, order, passage('c', 'x', ['can I cancel', 0.75])])).toEqual([]);
    expect(ask('How do I cancel?', [passage('c', 'x', ['how would I cancel it all', 0.9]), order])).toEqual(
      [],
    );
  });

  it('is answered where only one place is near, or none completes it', () => {
    expect(ask('How do I cancel?', [account])).toEqual([]);
    expect(ask('How do I cancel?', [account, passage('o', 'x', ['cancel an order', 0.55])])).toEqual([]);
    expect(ask('How do I pay?', [account, order])).toEqual([]);
    expect(ask('How do I cancel?', [scored(makeChunk())])).toEqual([]);
  });

  it('is one only at the beginning, and only if it says so little', () => {
    const history: Message[] = [
      { id: 'a', author: 'customer', text: 'I ordered twice.', createdAt: '' },
      { id: 'b', author: 'bot', text: 'Cancel one.', createdAt: '', decision: 'answer' },
    ];
    expect(ask('How do I cancel?', [account, order], history)).toEqual([]);
    expect(ask('How do I cancel before Friday without paying?', [account, order])).toEqual([]);
  });
});
