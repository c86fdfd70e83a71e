// No text makes ingestion slow: whatever its characters, the work grows with its length. With a quadratic pattern a text of a megabyte
// would take hours.
import { describe, it } from 'vitest';
import type { Document } from '#core/document.ts';
import { ownWords } from '#core/own-words.ts';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { readBlocks } from '#core/text-blocks.ts';
import { cleanText, tidyWhitespace } from '#parse/clean.ts';
import { turnText } from '#parse/mail-html.ts';
import { parseMarkdown } from '#parse/markdown-text.ts';
import { parsePlainText } from '#parse/plain-text.ts';
import { redactConversation } from '#redact/redact-conversation.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { chunkDocument } from './chunk/chunk.ts';
import { createBoilerplate } from './clean/boilerplate.ts';
import { createInternalFacts } from './clean/internal-facts.ts';
import { createNearDuplicates } from './clean/near-duplicates.ts';
import { plainTurn } from './clean/transcript.ts';

/** What patterns begin with, repeat or look ahead for. */
// biome-ignore format: a list
const pieces = [
  '$', '#', '\n', '\t', ' ', ' \n', '@', '1', 'a', 'é', 'A', '.', ',', '-', '_', '+', '=', '/', ':', '?', '&', '(', '[', '[a', '`', '"', "'", '’', '1 ', '1-', '1.', '1\u00a0', '(1', '0 ', '+1 ', '1 x 1 ', '4111 ', '0123 ', 'a@', 'a.', 'x@y.', 'x@a-', 'a-', 'a ', 'Hi. ', 'Mr. ', '? ', '1. ', 'f:', 'A1b2C3', 'DE89 ', '$1', '$a', '£,', 'password ', 'password=', 'password is ', 'pin is-', 'https://', 'a://b:', '?key=', '?a=', 'sk-', 'Bearer ', 'eyJ', 'eyJ-', 'eyJa-', 'eyJaaaaaaaaaa.', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', 'SG.aaaaaaaaaaaaaaaa.', '* ', '- ', '. ', '@a ', '%',
  'account ', 'account number is ', 'plate A', 'AB1 ', 'a dot ', 'a at b.', ' (at) ', 'born ', '1 May ', '1.1.', 'Mr A', 'my name is A', "A'", 'A-', 'x.com/', 'my site ', 'photo ', 'a.jpg', '我叫', '住在', 'e-mail is a ',
  '[', ']', '[^a]', '](', '*_', '~a', '> ', '<', '<a ', '{', '|-', '\\', '&a', '![', '<!--', '<ul>', '<script>', '<br>', '</p>', '&amp;',
  'On ', ' wrote:', 'Am 1', '> a\n', 'From: a\n', 'To: ', 'Hi ', 'Ole\n', '\n\n', 'Best,\n', '-- \n', 'Tel: 1\n', ' | ', 'confidential ', 'in error ', 'e-mail ',
];

const metadata = { source: 's', kind: 'article', title: 'T', audience: 'customer', language: 'en' } as const;
const documentOf = (pageContent: string): Document => ({ id: 'd', pageContent, metadata });
const redactor = createDefaultRedactor();

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  cleanText,
  tidyWhitespace,
  parsePlainText,
  parseMarkdown,
  plainTurn,
  turnText: (text) => turnText(text).text,
  ownWords,
  readBlocks,
  chunkDocument: (text) => chunkDocument(documentOf(text)),
  'redaction of personal data': (text) => redactor.redact(text, 'transcript'),
  'redaction of conversations': (text) =>
    redactConversation([text, text], { redactor, entities: [[{ kind: 'name', start: 0, end: 9 }]] }),
  'boilerplate of conversations'(text) {
    const boilerplate = createBoilerplate();
    boilerplate.learn([text]);
    return boilerplate.has(text);
  },
  'near-duplicates': (text) => createNearDuplicates().addOrFind(text),
  'internal facts'(text) {
    const facts = createInternalFacts();
    facts.learn(text, 'internal');
    return facts.foundIn(text);
  },
};

describe.each(Object.entries(readers))('%s', (_name, read) => {
  it('takes time in proportion to the text, whatever the text', () => {
    expectLinearTime(read, pieces, { length: 12_000 });
  });
});
