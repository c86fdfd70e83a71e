import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import { effort } from '#core/testing/effort.ts';
import {
  awaitsAnswer,
  type ConversationState,
  emptyConversation,
  reduceConversation,
  streamingAnswer,
} from './conversation-state.ts';

const conversationId = 'c'.repeat(22);
const number = (events: JournalEvent[]): JournalEntry[] =>
  events.map((event, index) => ({ conversationId, sequence: index + 1, event }));
const fold = (entries: JournalEntry[], from: ConversationState = emptyConversation) =>
  entries.reduce(reduceConversation, from);

const createdAt = '2026-11-24T09:00:00.000Z';
const citation = { number: 1, documentId: 'd', chunkId: 'c', title: 'Returns', quote: 'Thirty days.' };

function question(id: string, text: string): JournalEvent {
  return { type: 'customer-message', message: { id, author: 'customer', text, createdAt } };
}

function answer(id: string, replyTo: string, pieces: string[]): JournalEvent[] {
  const text = pieces.join('');
  return [
    { type: 'answer-start', messageId: id, replyTo },
    { type: 'sources-available', messageId: id, citations: [citation] },
    ...pieces.map((piece): JournalEvent => ({ type: 'answer-delta', messageId: id, text: piece })),
    {
      type: 'answer-end',
      reason: 'complete',
      message: { id, author: 'bot', text, createdAt, replyTo, decision: 'answer', citations: [citation] },
    },
  ];
}

const journals = fc
  .array(
    fc.record({
      pieces: fc.array(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), { maxLength: 6 }),
      ending: fc.constantFrom('complete', 'restarted', 'failed', 'handed over', 'still writing'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((turns) =>
    number(
      turns.flatMap(({ pieces, ending }, index) => {
        const [start, ...rest] = answer(`a${index}`, `q${index}`, pieces) as [
          JournalEvent,
          ...JournalEvent[],
        ];
        const events = [question(`q${index}`, `question ${index}`), start, ...rest];
        if (ending === 'restarted') events.splice(-1, 0, start, ...rest.slice(0, -1));
        if (ending === 'still writing') events.pop();
        if (ending === 'failed') {
          events.splice(-1, 1, {
            type: 'answer-error',
            messageId: `a${index}`,
            code: 'model-timeout',
            message: 'Too slow.',
            retryable: true,
          });
        }
        if (ending === 'handed over') events.push({ type: 'handoff-request', reason: 'customer-request' });
        return events;
      }),
    ),
  );

describe('reduceConversation', () => {
  it('ends in the same state whatever was cut, repeated or out of order, once the rest is fetched', () => {
    const deliveries = journals.chain((journal) =>
      fc.tuple(
        fc.constant(journal),
        fc.array(fc.nat({ max: journal.length - 1 }), { maxLength: 3 * journal.length }),
      ),
    );
    fc.assert(
      fc.property(deliveries, ([journal, picks]) => {
        const unreliable = fold(picks.map((pick) => journal[pick]!));
        const resumed = fold(journal.slice(unreliable.sequence), unreliable);
        expect(resumed).toEqual(fold(journal));
        expect(resumed.gap).toBe(false);
      }),
      { numRuns: 100 * effort },
    );
  });

  it('never shows text that the journal does not hold at that point', () => {
    fc.assert(
      fc.property(journals, (journal) => {
        let state = emptyConversation;
        for (const entry of journal) {
          state = reduceConversation(reduceConversation(state, entry), entry);
          expect(state.sequence).toBe(entry.sequence);
          expect(state).toEqual(fold(journal.slice(0, entry.sequence)));
        }
      }),
    );
  });

  it('joins the deltas to the text of the answer', () => {
    const journal = number([question('q', 'How long?'), ...answer('a', 'q', ['Thir', 'ty days', ' [1].'])]);
    const half = fold(journal.slice(0, 5));
    expect(streamingAnswer(half)).toMatchObject({ id: 'a', text: 'Thirty days', status: 'streaming' });
    const whole = fold(journal);
    expect(streamingAnswer(whole)).toBeUndefined();
    expect(whole.messages.map(({ text }) => text)).toEqual(['How long?', 'Thirty days [1].']);
  });

  it('raises the gap and applies nothing when an entry is missing in between', () => {
    const journal = number([question('q', 'How long?'), ...answer('a', 'q', ['Thirty', ' days'])]);
    const state = fold([journal[0]!, journal[1]!, journal[4]!, journal[5]!]);
    expect(state).toMatchObject({ gap: true, sequence: 2 });
    expect(state.messages.at(-1)?.text).toBe('');
  });

  it('starts the text anew when the answer starts anew', () => {
    const [start, , delta] = answer('a', 'q', ['lost']) as [JournalEvent, JournalEvent, JournalEvent];
    const state = fold(
      number([
        question('q', 'x'),
        start,
        delta,
        start,
        { type: 'answer-delta', messageId: 'a', text: 'new' },
      ]),
    );
    expect(state.messages.at(-1)?.text).toBe('new');
  });

  it('keeps what was written when an answer fails half-way', () => {
    const [start, sources, delta] = answer('a', 'q', ['Half']) as [JournalEvent, JournalEvent, JournalEvent];
    const failure: JournalEvent = {
      type: 'answer-error',
      messageId: 'a',
      code: 'internal',
      message: 'Oops.',
      retryable: true,
    };
    const state = fold(number([question('q', 'x'), start, sources, delta, failure]));
    expect(state.messages.at(-1)).toMatchObject({
      text: 'Half',
      status: 'failed',
      failure: { retryable: true },
    });
  });

  it('passes over events that it does not know', () => {
    const unknown = { type: 'typing-indicator' } as unknown as JournalEvent;
    expect(fold(number([question('q', 'x'), unknown]))).toMatchObject({ sequence: 2, gap: false });
  });

  it('shows who is there for the customer, and nothing of an answer that a person cut off before it began', () => {
    const [start] = answer('answer-1', 'message-1', ['x']);
    const person = { name: 'Mia' };
    const cancelled = (text: string): JournalEvent => ({
      type: 'answer-end',
      reason: 'cancelled',
      message: { id: 'answer-1', author: 'bot', text, createdAt, replyTo: 'message-1' },
    });
    const journal = (text: string): JournalEvent[] => [
      question('message-1', 'How?'),
      start!,
      { type: 'handling-changed', state: 'person', person },
      cancelled(text),
      {
        type: 'person-message',
        message: { id: 'reply-001', author: 'person', text: 'Hello', createdAt, person },
      },
    ];
    const shown = (text: string) =>
      fold(number(journal(text))).messages.map(({ author, status, change, person, text }) => [
        change ?? author,
        status,
        person,
        text,
      ]);
    const said = ['person', 'complete', 'Mia', 'Hello'];
    const joined = ['person', 'complete', 'Mia', ''];
    expect(shown('')).toEqual([['customer', 'complete', undefined, 'How?'], joined, said]);
    expect(shown('Hold ')).toEqual([
      ['customer', 'complete', undefined, 'How?'],
      ['bot', 'complete', undefined, 'Hold '],
      joined,
      said,
    ]);
  });

  it('is owed a word while it waits for a person or has one, and the assistant’s after the end', () => {
    const states = (['waiting', 'person', 'bot', 'resolved'] as const).map((state) =>
      awaitsAnswer(fold(number([{ type: 'handling-changed', state }]))),
    );
    expect(states).toEqual([true, true, false, false]);
    const again = fold(
      number([{ type: 'handling-changed', state: 'resolved' }, question('message-1', 'And?')]),
    );
    expect(again.handling).toBeUndefined();
  });
});

describe('an answer that a chat model writes', () => {
  const [start, sources] = answer('a', 'q', []) as [JournalEvent, JournalEvent];
  const other = { ...citation, documentId: 'e', title: 'Refunds' };

  it('has its sources and its place in the queue before any text', () => {
    const { messages } = fold(number([start, sources, { type: 'answer-queued', messageId: 'a', place: 2 }]));
    expect(messages).toMatchObject([{ text: '', place: 2, citations: [citation] }]);
  });

  it('takes the place of the quoted one, with its sources', () => {
    const { messages } = fold(
      number([
        start,
        { type: 'answer-queued', messageId: 'a', place: 1 },
        { type: 'answer-delta', messageId: 'a', text: 'Quoted [1].' },
        {
          type: 'answer-replaced',
          messageId: 'a',
          text: 'Written [1].',
          citations: [other],
          reason: 'written',
        },
      ]),
    );
    expect(messages).toMatchObject([{ text: 'Written [1].', citations: [other], status: 'streaming' }]);
    expect(messages[0]!.place).toBeUndefined();
  });
});
