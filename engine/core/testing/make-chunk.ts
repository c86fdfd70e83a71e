// A chunk for tests that care about little of it.
import type { Chunk } from '../document.ts';

export function makeChunk(overrides: Partial<Chunk> = {}): Chunk {
  const documentId = overrides.documentId ?? 'reset';
  const text = overrides.text ?? 'Hold the dial for 20 seconds.';
  return {
    id: `${documentId}#0`,
    documentId,
    ordinal: 0,
    title: `About ${documentId}`,
    headingPath: [],
    text,
    start: 0,
    end: text.length,
    source: 'sample',
    kind: 'article',
    audience: 'customer',
    language: 'en',
    ...overrides,
  };
}
