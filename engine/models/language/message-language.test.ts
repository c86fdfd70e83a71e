import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { createMessageLanguage } from './message-language.ts';

const languageOf = createMessageLanguage(['en', 'es', 'fr', 'de', 'pt', 'zh']);

describe('the language of a message', () => {
  it.each([
    ['en', 'how long do you keep my parcel at the shop'],
    ['en', 'Hi'],
    ['en', 'thanks!'],
    ['es', 'hola'],
    ['es', '¡Muchas gracias!'],
    ['es', 'no me funciona'],
    ['fr', 'Bonjour'],
    ['fr', 'ça ne marche pas'],
    ['de', 'Guten Tag, F7'],
    ['de', 'Wie geht das?'],
    ['pt', 'Olá!'],
    ['pt', 'não funciona'],
    ['zh', '谢谢'],
    ['zh', '人工客服'],
    ['zh', '礼品卡的 PIN 在哪里？'],
  ])('is %s: %s', (language, text) => {
    expect(languageOf(text)).toBe(language);
  });

  it.each([
    'F7',
    '🙂',
    'reset router',
    'ann.schmidt@firma.example',
    'https://hilfe.example/wie-geht-das',
    '',
  ])('is not told by "%s"', (text) => {
    expect(languageOf(text)).toBeUndefined();
  });

  it('is found in linear time', () => {
    expectLinearTime(languageOf, ['a', 'a@', 'www.', '谢', ', ']);
  });
});
