// The query path and BM25 alone, each beside a named peer.
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import MiniSearch from 'minisearch';
import { chunkContext } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { matrixRow } from '#core/vector-matrix.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { buildBm25 } from '#knowledge/index/bm25-build.ts';
import { createBm25Index } from '#knowledge/index/bm25-index.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import type { BenchRow } from './report.ts';
import { inTurns, quantile, spreadOfPairs, timeMs } from './statistics.ts';

const rounds = 5;
const k = 10;

/** From the question's text to the ten best passages. */
export async function benchQueryPath(
  generation: Generation,
  embedder: Embedder,
  questions: readonly string[],
): Promise<BenchRow[]> {
  const retriever = createHybridRetriever({ ...generation, embedder });
  const peer = new MemoryVectorStore(new EmbedderForLangChain(embedder));
  await peer.addVectors(
    generation.chunks.map((_, row) => Array.from(matrixRow(generation.vectors, row))),
    generation.chunks.map(({ id, text }) => new Document({ pageContent: text, metadata: { id } })),
  );
  const ours = (question: string) => retriever.retrieve(question, { k, filter: { audiences: ['customer'] } });
  const theirs = (question: string) => peer.similaritySearch(question, k);
  for (const question of questions.slice(0, 20)) await Promise.all([ours(question), theirs(question)]);

  const perRound: { readonly ours: number; readonly theirs: number }[][] = [];
  for (let round = 0; round < rounds; round++) {
    perRound.push(
      await inTurns(
        questions.length,
        (run) => timeMs(() => ours(questions[run]!)),
        (run) => timeMs(() => theirs(questions[run]!)),
      ),
    );
  }
  const row = (share: number): BenchRow => ({
    name: `query path, p${share * 100}`,
    unit: 'ms',
    peer: 'LangChain MemoryVectorStore, same embedder',
    ...spreadOfPairs(
      perRound.map((pairs) => ({
        ours: quantile(
          pairs.map((pair) => pair.ours),
          share,
        ),
        theirs: quantile(
          pairs.map((pair) => pair.theirs),
          share,
        ),
      })),
    ),
  });
  return [row(0.5), { ...row(0.95), targets: { ours: '<= 10', ratio: '<= 0.5' } }];
}

/**
 * The same words, one field and the same parameters on both sides, so that both rank alike and only speed differs: without length
 * normalisation, because MiniSearch counts distinct words where BM25 counts all; it takes no part in the time of a query.
 */
export async function benchBm25({ chunks }: Generation, questions: readonly string[]): Promise<BenchRow[]> {
  const texts = chunks.map(chunkContext);
  const index = createBm25Index(
    buildBm25(
      texts.map((text) => ({ heading: '', text })),
      { k1: 1.2, b: 0 },
    ),
  );
  const peer = new MiniSearch({
    fields: ['text'],
    tokenize: tokenizeForSearch,
    processTerm: (term) => term,
    // A word said twice is not asked for twice as much, as with ours.
    searchOptions: {
      tokenize: (question) => [...new Set(tokenizeForSearch(question))],
      bm25: { k: 1.2, b: 0, d: 0 },
    },
  });
  peer.addAll(texts.map((text, id) => ({ id, text })));
  const ours = (question: string) => index.search(question, k);
  const theirs = (question: string) => peer.search(question).slice(0, k);

  const equal = questions.filter((question) => {
    // MiniSearch multiplies by the number of words found; without that its score is BM25's.
    const scores = peer
      .search(question)
      .map(({ score, queryTerms }) => score / queryTerms.length)
      .sort((a, b) => b - a);
    return ours(question).every(({ score }, rank) => Math.abs(score / scores[rank]! - 1) < 1e-4);
  });
  const perQuestion = (search: (question: string) => unknown) => async () =>
    (await timeMs(() => questions.forEach(search))) / questions.length;
  return [
    {
      name: 'BM25, a query',
      note: `top 10 equal for ${Math.round((100 * equal.length) / questions.length)} % of the questions`,
      unit: 'ms',
      peer: 'MiniSearch',
      ...spreadOfPairs(await inTurns(rounds, perQuestion(ours), perQuestion(theirs))),
      targets: { ratio: '<= 0.05' },
    },
  ];
}

class EmbedderForLangChain extends Embeddings {
  readonly #embedder: Embedder;
  constructor(embedder: Embedder) {
    super({});
    this.#embedder = embedder;
  }
  override async embedDocuments(texts: string[]): Promise<number[][]> {
    return (await this.#embedder.embedDocuments(texts)).map((vector) => Array.from(vector));
  }
  override async embedQuery(text: string): Promise<number[]> {
    return Array.from(await this.#embedder.embedQuery(text));
  }
}
