import { describe, expect, it } from 'vitest';
import type { ConversationItem } from '#ingest/item.ts';
import { asksBack, longestWorkingPause, openGaps, visitsOf } from './timeline.ts';

const conversation = (
  id: string,
  ...turns: [role: 'customer' | 'agent', seconds?: number][]
): ConversationItem => ({
  type: 'conversation',
  id,
  origin: { file: 'x' },
  turns: turns.map(([role, seconds], index) => ({
    role,
    text: `${role}${index}`,
    ...(seconds === undefined ? {} : { time: seconds * 1000 }),
  })),
});

describe('a visit', () => {
  it('begins with the customer’s question and lasts as long as agents worked on it', () => {
    const [visit] = visitsOf([
      conversation(
        'a',
        ['customer', 100],
        ['customer', 110],
        ['agent', 400],
        ['customer', 430],
        ['agent', 450],
        ['agent', 460],
      ),
    ]);
    // 20 s and 10 s for the later replies, and the median of all of them for the first.
    expect(visit).toMatchObject({
      question: 'customer0\ncustomer1',
      arrivedAt: 100_000,
      firstReplySeconds: 300,
      handlingSeconds: 50,
    });
  });

  it('counts a long pause as the longest that an agent works on one reply', () => {
    const [visit] = visitsOf([
      conversation('a', ['customer', 0], ['agent', 10], ['customer', 20], ['agent', 90_000]),
    ]);
    expect(visit?.handlingSeconds).toBe(2 * longestWorkingPause);
  });

  it('needs times, a question first, and a reply', () => {
    expect(
      visitsOf([
        conversation('a', ['customer'], ['agent']),
        conversation('b', ['agent', 1], ['customer', 2]),
        conversation('c', ['customer', 1]),
      ]),
    ).toEqual([]);
  });

  it('comes in the order of time, and nights are no gaps between arrivals', () => {
    const visits = visitsOf([
      conversation('late', ['customer', 100_000], ['agent', 100_010]),
      conversation('early', ['customer', 0], ['agent', 10]),
      conversation('next', ['customer', 60], ['agent', 70]),
    ]);
    expect(visits.map(({ id }) => id)).toEqual(['early', 'next', 'late']);
    expect(openGaps(visits)).toEqual([60]);
  });
});

describe('an agent', () => {
  it.each([
    'Could I get your name, please?',
    'Sorry to hear that. Please DM us your account number.',
    'Which version do you use? It matters.',
    'Please send us the order number via DM.',
  ])('asks back with “%s”', (text) => expect(asksBack(text)).toBe(true));

  it.each([
    'Hold the button for ten seconds. Is there anything else that I can help you with?',
    'You can return it within 30 days.',
    'Hi, how can I help you today?',
  ])('does not ask back with “%s”', (text) => expect(asksBack(text)).toBe(false));
});
