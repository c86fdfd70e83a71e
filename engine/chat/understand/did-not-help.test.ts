import { describe, expect, it } from 'vitest';
import { saysNoMoreThanUnhelped, saysUnhelped } from './did-not-help.ts';

describe('a customer whom the last reply did not help', () => {
  it.each([
    "that didn't help",
    'That did not help at all.',
    'not helpful',
    "sorry but that's not what I asked",
    "you didn't answer my question",
    'still not working',
    'it still does not work',
    'I already tried that',
    'nope, wrong answer',
    'Das hat leider nicht geholfen',
    'no me ha ayudado',
  ])('says so and no more: %s', (text) => {
    expect(saysNoMoreThanUnhelped(text)).toBe(true);
  });

  it.each(["that didn't help, the light on the bridge is amber", 'I tried that, now the boiler is cold'])(
    'says what is wrong, too: %s',
    (text) => {
      expect([saysUnhelped(text), saysNoMoreThanUnhelped(text)]).toEqual([true, false]);
    },
  );

  it.each([
    'how can you help me',
    'does it work with Alexa?',
    'my radiator does not get warm',
    'help',
    'yes',
  ])('is not seen in: %s', (text) => {
    expect(saysUnhelped(text)).toBe(false);
  });
});
