// Writes into documents and passages which articles a newer version replaces.
import { type Chunk, chunkOf, type Document } from '#core/document.ts';
import { olderVersions } from './article-versions.ts';

/** In place, also where an earlier run had marked otherwise. Returns how many are replaced. */
export function markOlderVersions(documents: Document[], chunks: Chunk[]): number {
  const replaced = olderVersions(documents);
  const changed = new Map<string, Document>();
  for (const [index, document] of documents.entries()) {
    const { supersededBy: before, ...metadata } = document.metadata;
    const now = replaced.get(document.id);
    if (now === before) continue;
    const marked = { ...document, metadata: now ? { ...metadata, supersededBy: now } : metadata };
    documents[index] = marked;
    changed.set(document.id, marked);
  }
  if (changed.size === 0) return replaced.size;
  for (const [index, chunk] of chunks.entries()) {
    const document = changed.get(chunk.documentId);
    if (document) chunks[index] = chunkOf(document, placeOf(chunk));
  }
  return replaced.size;
}

function placeOf({ id, ordinal, headingPath, start, end, blocks }: Chunk) {
  return { id, ordinal, headingPath, start, end, ...(blocks === undefined ? {} : { blocks }) };
}
