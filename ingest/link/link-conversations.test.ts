import { expect, it } from 'vitest';
import { chunkContext, type Document } from '#core/document.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { chunkDocument } from '../chunk/chunk.ts';
import { linkConversations } from './link-conversations.ts';

const documentOf = (id: string, pageContent: string, rest: Partial<Document['metadata']> = {}): Document => ({
  id,
  pageContent,
  metadata: {
    source: 's',
    kind: 'article',
    title: '',
    audience: 'customer',
    language: 'en',
    ...rest,
  },
});

const lid = 'The lid of the kettle closes when the hinge is clean. Press the lid until it clicks.';
const chat = (id: string, rest: Partial<Document['metadata']> = {}) =>
  documentOf(id, `## the lid of my kettle does not close\n\n${lid}`, { kind: 'transcript', ...rest });

async function link(...documents: Document[]) {
  const embedder = createHashingEmbedder();
  const chunks = documents.flatMap((document) => chunkDocument(document));
  const vectors = await embedder.embedDocuments(chunks.map(chunkContext));
  const { modelId, dimensions } = embedder;
  const linked = await linkConversations({
    documents,
    chunks,
    vectorAt: (row) => vectors[row]!,
    modelId,
    dimensions,
  });
  return new Map(linked.map(({ id, metadata }) => [id, metadata.articles]));
}

it('leads a conversation to the articles for customers that are about the same, and to no others', async () => {
  const links = await link(
    documentOf('lid', lid),
    documentOf('agents', lid, { audience: 'internal' }),
    documentOf('german', lid, { language: 'de' }),
    documentOf('bill', 'Invoices are sent on the first day of each month by post.'),
    chat('c1'),
    chat('c2', { audience: 'internal' }),
    documentOf('c3', '## where do swallows nest\n\nUnder roofs, mostly between barns and stables.', {
      kind: 'transcript',
    }),
  );
  expect(links.get('c1')).toEqual(['lid']);
  expect(['c2', 'c3', 'lid'].map((id) => links.get(id))).toEqual([undefined, undefined, undefined]);
});

it('forgets an article that is gone', async () => {
  const before = chat('c1', { articles: ['gone'] });
  expect((await link(before, documentOf('bill', 'Invoices come by post.'))).get('c1')).toBeUndefined();
  expect((await link(before)).get('c1')).toBeUndefined();
});

it('takes the words of a conversation as they are, misspelled ones too', async () => {
  const links = await link(
    documentOf('lid', lid),
    documentOf('c1', `## the lid of my kettel does not cloze\n\n${lid}`, { kind: 'transcript' }),
  );
  expect(links.get('c1')).toEqual(['lid']);
});
