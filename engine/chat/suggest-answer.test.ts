import { describe, expect, it } from 'vitest';
import type { Conversation, Message } from '#core/conversation.ts';
import type { Answer } from './answer.ts';
import { createSuggestAnswer } from './suggest-answer.ts';
import { scriptedAnswer } from './testing/scripted-answer.ts';
import { answerWording } from './write/answer-wording.ts';

const message = (id: string, author: Message['author'], rest: Partial<Message> = {}): Message => ({
  id,
  author,
  text: `text of ${id}`,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...rest,
});
const conversation = (...messages: Message[]): Conversation => ({ id: 'c', createdAt: '', messages });

/** Answers the questions that it is told to, and passes the others on. */
function answering(...answered: string[]): Answer {
  return async function* ({ messageId, replyTo }) {
    const decision = answered.includes(replyTo) ? ('answer' as const) : ('handoff' as const);
    const text = `answer to ${replyTo}`;
    yield {
      type: 'answer-end',
      message: message(messageId, 'bot', { text, replyTo, decision }),
      reason: 'complete',
    };
  };
}

describe('createSuggestAnswer', () => {
  it('answers the last question that no person has answered, as it stood when it was asked', async () => {
    const { answer, requests } = scriptedAnswer({ deltas: ['Hold it.'] });
    const suggested = await createSuggestAnswer({ answer })(
      conversation(
        message('first', 'customer'),
        message('by-mia', 'person'),
        message('second', 'customer'),
        message('declined', 'bot', { replyTo: 'second', decision: 'decline' }),
      ),
    );
    expect(suggested).toMatchObject({ question: { id: 'second' }, answer: { text: 'Hold it.' } });
    expect(requests[0]?.conversation.messages.map(({ id }) => id)).toEqual(['first', 'by-mia', 'second']);
  });

  it.each(['unsure', 'notFound'] as const)(
    'leaves out what the desk says of its own doubts: %s',
    async (doubt) => {
      const { [doubt]: before, behind } = answerWording('de').doubt;
      const { answer } = scriptedAnswer({ deltas: [`${before}\n\nHold it. [1]\n\n${behind}`] });
      const suggested = await createSuggestAnswer({ answer })(conversation(message('first', 'customer')));
      expect(suggested?.answer?.text).toBe('Hold it. [1]');
    },
  );

  it('looks behind a last message that is no question', async () => {
    const asked = conversation(message('first', 'customer'), message('hello?', 'customer'));
    expect(await createSuggestAnswer({ answer: answering('first') })(asked)).toMatchObject({
      question: { id: 'first' },
      answer: { text: 'answer to first' },
    });
    const nothing = await createSuggestAnswer({ answer: answering() })(asked);
    expect(nothing).toEqual({ question: { id: 'first', text: 'text of first' }, passages: [] });
  });

  it('suggests nothing where a person had the last word', async () => {
    const done = conversation(message('first', 'customer'), message('by-mia', 'person'));
    expect(await createSuggestAnswer({ answer: answering('first') })(done)).toBeUndefined();
  });

  it('stops when who asks is gone, when it takes too long, and when too many ask', async () => {
    const never = new Promise<void>(() => {});
    const { answer, signals } = scriptedAnswer({ deltas: ['a', 'b'], gate: never });
    const asked = conversation(message('first', 'customer'));
    const leaving = new AbortController();
    const suggest = createSuggestAnswer({ answer, atOnce: 1 });
    const waiting = suggest(asked, leaving);
    await expect(suggest(asked)).rejects.toMatchObject({ code: 'busy' });
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(signals[0]?.aborted).toBe(true);
    const slow = createSuggestAnswer({ answer, timeoutMs: 5 });
    await expect(slow(asked)).rejects.toMatchObject({ code: 'model-timeout' });
  });
});
