import { describe, expect, it } from 'vitest';
import { ownWords } from '#core/own-words.ts';
import { labelledMails } from '#ingest/testing/mail-replies.ts';
import { cleanText, tidyWhitespace } from '#parse/clean.ts';
import { turnText } from './mail-html.ts';

const ownOf = (mail: string) => tidyWhitespace(ownWords(turnText(cleanText(mail).text).text));

describe('of a mail only the own words of its sender are read', () => {
  it.each(labelledMails.map(({ name, ...mail }) => [name, mail] as const))('%s', (_name, { mail, own }) => {
    expect(ownOf(mail)).toBe(own);
  });

  it('and reading them again changes nothing', () => {
    for (const { own } of labelledMails) expect(ownOf(own.replaceAll('<', '&lt;'))).toBe(own);
  });
});
