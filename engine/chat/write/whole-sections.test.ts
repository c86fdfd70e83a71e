import { describe, expect, it } from 'vitest';
import type { Document } from '#core/document.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { wholeSections } from './whole-sections.ts';

const text = '# Clean\n\nTo clean it:\n\n1. Empty it.\n2. Rinse it.\n3. Dry it.\n\n# Store\n\nIn the dark.';
const document = (pageContent: string): Document => ({
  id: 'reset',
  pageContent,
  metadata: { source: 's', kind: 'article', title: 't', audience: 'customer', language: 'en' },
});
const cut = (part: string) =>
  scored(makeChunk({ text: part, start: text.indexOf(part), end: text.indexOf(part) + part.length }));
const widen = (...parts: string[]) =>
  wholeSections(parts.map(cut), () => document(text)).map(({ chunk }) => chunk);

describe('whole sections', () => {
  it('give a passage what stands around it under the same heading', () => {
    const [chunk] = widen('2. Rinse it.');
    expect(chunk!.text).toBe('To clean it:\n\n1. Empty it.\n2. Rinse it.\n3. Dry it.');
    expect(text.slice(chunk!.start, chunk!.end)).toBe(chunk!.text);
  });

  it('leave out passages that a better one holds', () => {
    expect(widen('2. Rinse it.', '1. Empty it.', 'In the dark.')).toHaveLength(2);
  });

  it('take along what a reader made of each passage in them', () => {
    const read = (part: string, logit: number) => {
      const passage = cut(part);
      return {
        ...passage,
        evidence: { ...passage.evidence, rerank: logit },
        reading: [{ start: 3, end: part.length, belongs: 0.5 }],
      };
    };
    const passages = [read('2. Rinse it.', 1), read('1. Empty it.', 2), read('In the dark.', 3)];
    const [section] = wholeSections(passages.slice(0, 1), () => document(text), passages);
    const words = section!.reading!.map(({ start, end }) => section!.chunk.text.slice(start, end));
    expect(words).toEqual(['Empty it.', 'Rinse it.']);
    expect(section!.evidence.rerank).toBe(2);
  });

  it('take along where the answers to written questions stand, those of the nearest question first', () => {
    const written = (part: string, cosine: number) => ({
      ...cut(part),
      answers: [{ question: part, cosine, ranges: [{ start: 3, end: part.length }] }],
    });
    const passages = [
      written('2. Rinse it.', 0.5),
      written('1. Empty it.', 0.8),
      written('In the dark.', 0.9),
    ];
    const [section] = wholeSections(passages.slice(0, 1), () => document(text), passages);
    const quoted = section!.answers!.map(({ cosine, ranges: [range] }) => [
      cosine,
      section!.chunk.text.slice(range!.start, range!.end),
    ]);
    expect(quoted).toEqual([
      [0.8, 'Empty it.'],
      [0.5, 'Rinse it.'],
    ]);
  });

  it('leave a passage as it is where the document has changed since', () => {
    const passage = scored(makeChunk({ text: 'Gone.', start: 0, end: 5 }));
    expect(wholeSections([passage], () => document(text))).toEqual([passage]);
  });
});
