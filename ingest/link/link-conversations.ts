// Each past conversation to the articles that are about the same. A conversation that may not be quoted still leads to them.
import type { CallOptions } from '#core/call-options.ts';
import type { Chunk, Document } from '#core/document.ts';
import { normalize, stackVectors } from '#core/vector-matrix.ts';
import { lexicalDocument } from '#knowledge/generations/generation-writer.ts';
import { passagesOf } from '#knowledge/generations/passages.ts';
import { buildBm25 } from '#knowledge/index/bm25-build.ts';
import { createBm25Index } from '#knowledge/index/bm25-index.ts';
import { createExactVectorIndex } from '#knowledge/index/exact-vector-index.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import { createPause } from '../pause.ts';

export interface Embedded {
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  /** The embedding of `chunkContext(chunks[row])`. */
  readonly vectorAt: (row: number) => Float32Array;
  readonly modelId: string;
  readonly dimensions: number;
}

const mostArticles = 2;
/** Cosine of the conversation and an article's best passage; below it they only share a few words. What no article is about came to .62 at most, and
    the ranking of the sample company loses .002 of the .011 (nDCG@10) that links bring. */
const leastCosine = 0.7;
/** Passages looked at for each conversation: several may be of one article. */
const passages = 8;
/** So much of a conversation is searched for by its words, in UTF-16 code units. */
const longestText = 2_000;

/** The same documents; `metadata.articles` of conversations for customers names up to two articles for customers, nearest first. */
export async function linkConversations(
  embedded: Embedded,
  { signal }: CallOptions = {},
): Promise<Document[]> {
  const { documents, chunks, vectorAt, modelId, dimensions } = embedded;
  const rows = [...chunks.keys()].filter(
    (row) => chunks[row]!.kind === 'article' && chunks[row]!.audience === 'customer',
  );
  const isLinked = ({ metadata }: Document) =>
    metadata.kind === 'transcript' && metadata.audience === 'customer';
  if (dimensions === 0 || !documents.some(({ metadata }) => metadata.kind === 'transcript'))
    return [...documents];
  const articleChunks = rows.map((row) => chunks[row]!);
  const matrix = stackVectors(rows.map(vectorAt), dimensions);
  const retriever = createHybridRetriever(
    {
      // Never asked: every search brings its vector.
      embedder: { modelId, embedQuery: async () => new Float32Array(dimensions) },
      passages: passagesOf(articleChunks),
      vectors: matrix,
      vectorIndex: createExactVectorIndex(matrix),
      lexicalIndex: createBm25Index(buildBm25(articleChunks.map(lexicalDocument))),
    },
    { spelling: false },
  );
  const ownVectors = Map.groupBy(
    [...chunks.keys()].filter((row) => chunks[row]!.kind === 'transcript'),
    (row) => chunks[row]!.documentId,
  );
  const pause = createPause({ signal });

  async function nearest({ id, pageContent, metadata }: Document): Promise<string[]> {
    const own = ownVectors.get(id)?.map(vectorAt) ?? [];
    if (own.length === 0) return [];
    const sum = own.reduce(
      (total, vector) => total.map((value, at) => value + vector[at]!),
      new Float32Array(dimensions),
    );
    const found = await retriever.retrieve(pageContent.slice(0, longestText), {
      k: passages,
      vector: { modelId, values: normalize(sum) },
      signal,
    });
    const near = found.filter(
      ({ chunk, evidence }) => chunk.language === metadata.language && evidence.cosine! >= leastCosine,
    );
    return [...new Set(near.map(({ chunk }) => chunk.documentId))].slice(0, mostArticles);
  }

  const linked: Document[] = [];
  for (const document of documents) {
    await pause();
    const { articles: _before, ...metadata } = document.metadata;
    const articles = rows.length > 0 && isLinked(document) ? await nearest(document) : [];
    linked.push({ ...document, metadata: { ...metadata, ...(articles.length > 0 ? { articles } : {}) } });
  }
  return linked;
}
