import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';
import { estimateTokens } from '#parse/estimate-tokens.ts';
import { chunkDocument } from './chunk.ts';

function documentOf(pageContent: string, title = 'Title'): Document {
  return {
    id: 'd',
    pageContent,
    metadata: { source: 's', kind: 'article', title, audience: 'customer', language: 'en' },
  };
}
const words = (count: number, word = 'word') =>
  `${Array.from({ length: count }, (_, index) => `${word}${index % 7}`).join(' ')}.`;

describe('chunkDocument', () => {
  it('cuts at headings and carries their path', () => {
    const chunks = chunkDocument(
      documentOf(
        `# Title\n\n${words(60)}\n\n## Pay\n\n${words(60)}\n\n### By card\n\n${words(60)}\n\n## Return\n\n${words(60)}`,
      ),
    );
    expect(chunks.map(({ headingPath }) => headingPath)).toEqual([
      [],
      ['Pay'],
      ['Pay', 'By card'],
      ['Return'],
    ]);
    expect(chunks.map(({ id, ordinal }) => [id, ordinal])).toEqual([
      ['d#0', 0],
      ['d#1', 1],
      ['d#2', 2],
      ['d#3', 3],
    ]);
  });

  it('joins tiny sections under one parent and keeps the headings between them', () => {
    const [chunk, ...rest] = chunkDocument(
      documentOf('## Hours\n\n### Shop\n\nNine to five.\n\n### Chat\n\nAlways.'),
    );
    expect(rest).toEqual([]);
    expect(chunk).toMatchObject({
      headingPath: ['Hours'],
      text: '### Shop\n\nNine to five.\n\n### Chat\n\nAlways.',
    });
  });

  it('leaves a question with its answer alone', () => {
    expect(chunkDocument(documentOf('## Is it free?\n\nYes.\n\n## Is it safe?\n\nVery.'))).toHaveLength(2);
    expect(chunkDocument(documentOf('Short.\n\n## Is it free?\n\nYes.\n\n## Tip\n\nPress.'))).toHaveLength(3);
  });

  it('keeps a list with the sentence that leads in to it', () => {
    const steps = Array.from({ length: 8 }, (_, index) => `${index + 1}. ${words(14)}`).join('\n');
    const chunks = chunkDocument(documentOf(`${words(100)}\n\nDo this now:\n\n${steps}`));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.find(({ text }) => text.includes('Do this now:'))?.text).toMatch(/Do this now:\n\n1\. /);
  });

  it('keeps the head of a table with its first row', () => {
    const rows = Array.from({ length: 30 }, (_, index) => `| ${index} | ${words(6)} |`).join('\n');
    const chunks = chunkDocument(documentOf(`${words(90)}\n\n| Plan | What |\n${rows}`));
    expect(chunks.find(({ text }) => text.includes('| Plan |'))?.text).toMatch(/\| Plan \| What \|\n\| 0 \|/);
  });

  it('cuts a long text in about equal parts that fit the embedder with their context', () => {
    const chunks = chunkDocument(
      documentOf(`## A heading\n\n${Array.from({ length: 60 }, () => words(12)).join(' ')}`),
    );
    const sizes = chunks.map(({ text }) => estimateTokens(text));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(236);
    expect(Math.min(...sizes)).toBeGreaterThan(100);
  });

  it('cuts one absurdly long sentence at words, and a word without end between graphemes', () => {
    const long = chunkDocument(documentOf(words(900)));
    expect(long.map(({ text }) => text).join(' ')).toBe(words(900));
    const family = '👨‍👩‍👧';
    for (const { text } of chunkDocument(documentOf(family.repeat(300))))
      expect(text.length % family.length).toBe(0);
  });

  it('makes passages of a document that is nothing but headings', () => {
    expect(chunkDocument(documentOf('# One\n\n## Two')).map(({ text }) => text)).toEqual(['# One\n\n## Two']);
  });

  it('makes smaller passages of languages that have more word pieces', () => {
    const text = Array.from({ length: 40 }, () => words(12)).join(' ');
    const german = { ...documentOf(text), metadata: { ...documentOf(text).metadata, language: 'de' } };
    expect(chunkDocument(german).length).toBeGreaterThan(chunkDocument(documentOf(text)).length);
  });
});

describe('any document', () => {
  const line = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((count) => words(count)),
    fc.constantFrom(
      '# Head',
      '## Sub',
      '### Deep?',
      '- item one. More.',
      '1. step',
      '| a | b |',
      '```',
      'Lead in:',
      '',
      '👩‍👧 ünï.',
      'e.g. Foo 1.2.3.',
    ),
  );
  const content = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));

  it('is covered by passages in order, exact to the character, without a cut sentence', () => {
    fc.assert(
      fc.property(content, (pageContent) => {
        const document = documentOf(pageContent);
        const chunks = chunkDocument(document);
        let position = 0;
        for (const chunk of chunks) {
          expect(chunk.text).toBe(pageContent.slice(chunk.start, chunk.end));
          expect(chunk.text).toBe(chunk.text.trim());
          expect(chunk.text).not.toBe('');
          expect(chunk.start).toBeGreaterThanOrEqual(position);
          position = chunk.end;
        }
        for (const { start, end } of splitSentences(pageContent)) {
          const touching = chunks.filter((chunk) => chunk.start < end && start < chunk.end);
          if (estimateTokens(pageContent.slice(start, end)) > 120) continue;
          expect(touching.length).toBeLessThanOrEqual(1);
          if (touching[0]) expect(touching[0].start <= start && end <= touching[0].end).toBe(true);
          else expect(pageContent.slice(start, end)).toMatch(/^\s*#/);
        }
      }),
    );
  });
});
