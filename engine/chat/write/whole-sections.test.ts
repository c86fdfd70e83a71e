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

  it('leave a passage as it is where the document has changed since', () => {
    const passage = scored(makeChunk({ text: 'Gone.', start: 0, end: 5 }));
    expect(wholeSections([passage], () => document(text))).toEqual([passage]);
  });
});
