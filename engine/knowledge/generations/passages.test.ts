import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sampleChunks, sampleDocument } from '../testing/sample-generation.ts';
import { serializeChunks, serializeDocuments } from './chunk-records.ts';
import { passagesIn, passagesOf } from './passages.ts';

/** What JSON writes otherwise, and what its own signs are. */
const piece = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '","document":7,',
    '","pageContent":"',
    '","metadata":{"source":"x"}',
    '}\n{',
    'é😀',
  ),
  fc.string({ maxLength: 8 }),
);
const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
const document = fc.record({ id: text, text, title: text, articles: fc.array(text, { maxLength: 2 }) });

it('passages read from bytes are those that were written, whatever their texts and ids hold', () => {
  fc.assert(
    fc.property(fc.uniqueArray(document, { selector: ({ id }) => id, maxLength: 6 }), (made) => {
      const documents = made.map(({ id, text: content, title, articles }) =>
        sampleDocument(id, content, { title, articles, audience: 'internal', supersededBy: title }),
      );
      const chunks = documents.flatMap(sampleChunks);
      const read = passagesIn(
        Buffer.concat([...serializeDocuments(documents)]),
        Buffer.concat([...serializeChunks(documents, chunks)]),
      );
      expect(Array.from({ length: read.size }, (_, row) => read.at(row))).toEqual(chunks);
      expect(read.facts.map(({ documentId }) => read.document(documentId))).toEqual(documents);
      const inMemory = passagesOf(chunks, documents);
      for (const [row, { documentId }] of chunks.entries()) {
        const number = read.documentOf[row]!;
        expect(read.facts[number]).toEqual(inMemory.facts[inMemory.documentOf[row]!]);
        expect([...read.rowsOf(number)].map((other) => chunks[other]!.documentId)).toContain(documentId);
      }
      expect(read.document('none of them')).toEqual(documents.find(({ id }) => id === 'none of them'));
    }),
  );
});
