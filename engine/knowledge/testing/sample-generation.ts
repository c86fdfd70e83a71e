// Small documents for tests of everything that a generation is made of.
import { type Chunk, chunkContext, chunkOf, type Document } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { type NewGeneration, publishGeneration } from '../generations/generation-writer.ts';

export function sampleDocument(
  id: string,
  text: string,
  metadata: Partial<Document['metadata']> = {},
): Document {
  return {
    id,
    pageContent: text,
    metadata: {
      source: 'help',
      kind: 'article',
      title: `About ${id}`,
      audience: 'customer',
      language: 'en',
      ...metadata,
    },
  };
}

/** One chunk for each paragraph. */
export function sampleChunks(document: Document): Chunk[] {
  return [...document.pageContent.matchAll(/[^\n]+/g)].map(({ 0: text, index: start }, ordinal) =>
    chunkOf(document, {
      id: `${document.id}#${ordinal}`,
      ordinal,
      headingPath: ['Steps'],
      start,
      end: start + text.length,
    }),
  );
}

export async function sampleGeneration(
  dataDir: string,
  documents: readonly Document[],
  embedder: Embedder,
): Promise<NewGeneration & { readonly vectors: readonly Float32Array[] }> {
  const chunks = documents.flatMap(sampleChunks);
  const vectors = await embedder.embedDocuments(chunks.map(chunkContext));
  return { dataDir, documents, chunks, vectors, modelId: embedder.modelId, dimensions: embedder.dimensions };
}

/** Whatever model made what is in use. */
export async function publishSample(dataDir: string, documents: readonly Document[], embedder: Embedder) {
  return publishGeneration({
    ...(await sampleGeneration(dataDir, documents, embedder)),
    acceptModelChange: true,
  });
}

export const sampleDocuments: readonly Document[] = [
  sampleDocument(
    'reset-password',
    'Open the sign-in page and choose Forgot password.\nA link arrives by e-mail within five minutes.',
  ),
  sampleDocument(
    'error-e4',
    'Error E4 means that the valve cannot reach the bridge.\nMove the bridge closer to the valve and press its button.',
    {
      url: 'https://help.example.com/e4',
      updated: '2026-03-01',
    },
  ),
  sampleDocument(
    'returns',
    'You can return any device within 30 days.\nWe pay for the parcel if it arrived broken.',
    { source: 'shop' },
  ),
  sampleDocument('refund-rules', 'Agents may refund up to 200 dollars without asking.', {
    audience: 'internal',
  }),
];
