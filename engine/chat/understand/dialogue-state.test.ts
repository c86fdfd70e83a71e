import { describe, expect, it } from 'vitest';
import type { Decision, Message, Topic } from '#core/conversation.ts';
import { shippedActs } from '../testing/fixtures.ts';
import { isOpening, offeredTopics, openQuestion, unhelpedReplies } from './dialogue-state.ts';
import { createActReader } from './read-acts.ts';

const topics: Topic[] = [{ documentId: 'a', title: 'A' }];
const reader = createActReader(shippedActs);
let count = 0;
const base = () => ({ id: `m${count++}`, createdAt: '' });
const says = (text: string): Message => ({ ...base(), author: 'customer', text });
const replies = (decision: Decision, rest: Partial<Message> = {}): Message => ({
  ...base(),
  author: 'bot',
  text: '…',
  decision,
  ...rest,
});
const asksBack = () => replies('clarify', { topics });
const greets = () => replies('small-talk');

describe('where a conversation stands', () => {
  it('knows what was offered, and a greeting from a question back', () => {
    expect(offeredTopics([says('x'), asksBack()])).toEqual(topics);
    expect(offeredTopics([says('hi'), greets()])).toBeUndefined();
    expect(offeredTopics([says('x'), asksBack(), says('y'), replies('answer')])).toBeUndefined();
  });

  it('finds the question behind several questions back', () => {
    const asked = says('how do I reset it');
    expect(openQuestion([says('hi'), greets(), asked, asksBack(), says('yes'), asksBack()])).toBe(asked);
    expect(openQuestion([asked, replies('answer')])).toBeUndefined();
  });

  it('is opening until the desk has said something of substance', () => {
    expect(isOpening([])).toBe(true);
    expect(isOpening([says('hi'), greets()])).toBe(true);
    expect(isOpening([says('x'), asksBack()])).toBe(false);
  });

  it.each([
    ['nothing', [], 'q', 0],
    ['an answer', [says('x'), replies('answer')], 'q', 0],
    ['an answer called useless', [says('x'), replies('answer')], 'that did not help', 1],
    ['a decline', [says('x'), replies('decline')], 'q', 1],
    ['a question back and a decline', [says('x'), asksBack(), says('y'), replies('decline')], 'q', 2],
    ['a decline before an answer', [says('x'), replies('decline'), says('y'), replies('answer')], 'q', 0],
    ['a hand-over', [says('x'), replies('handoff')], 'q', 2],
  ] as const)('counts replies that did not help: %s', (_, history, now, expected) => {
    expect(unhelpedReplies(history, now, reader)).toBe(expected);
  });
});
