import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { isFarewell, smallTalkIn } from './small-talk.ts';

describe('small talk', () => {
  it.each([
    ['hi', 'greeting'],
    ['Hello there!', 'greeting'],
    ['hey 👋', 'greeting'],
    ['Guten Tag', 'greeting'],
    ['good day', 'greeting'],
    ['thanks so much!', 'thanks'],
    ['Perfect, that helped 🎉', 'thanks'],
    ['merci', 'thanks'],
    ['👍🏽', 'thanks'],
    ['ok thanks, bye', 'farewell'],
    ['see you', 'farewell'],
    ['See you later!', 'farewell'],
    ['you too', 'farewell'],
    ['thanks, have a good day', 'farewell'],
    ['Auf Wiedersehen', 'farewell'],
    ['tschüss', 'farewell'],
    ['adiós', 'farewell'],
  ] as const)('%s', (text, kind) => {
    expect(smallTalkIn(text)).toBe(kind);
  });

  it.each([
    'hi, my valve is broken',
    'thanks but it still blinks',
    'hot water',
    'see you in the shop, when are you open',
    '',
  ])('not: %s', (text) => {
    expect(smallTalkIn(text)).toBeUndefined();
  });

  it('knows a farewell among other words', () => {
    expect([isFarewell('alright catch you, bye then'), isFarewell('thank you kindly')]).toEqual([
      true,
      false,
    ]);
  });

  it('takes linear time on adversarial text', () => {
    expectLinearTime(smallTalkIn, ['hi ', 'see you ', '!'], { tail: 'x' });
  });
});
