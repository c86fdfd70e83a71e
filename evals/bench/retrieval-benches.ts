// Query path, BM25 and embedding, each beside a named peer.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Document as LangChainDocument } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import MiniSearch from 'minisearch';
import type { Embedder } from '#core/embedder.ts';
import type { Retriever } from '#core/retriever.ts';
import { buildBm25, createBm25Index } from '#rag/bm25-index.ts';
import { tokenizeForSearch } from '#rag/lexical-tokens.ts';
import type { BenchCorpus } from './corpus.ts';
import type { BenchRow } from './report.ts';
import { inTurns, quantile, spread, timeMs } from './statistics.ts';

export async function benchQueryPath(
  corpus: BenchCorpus,
  retriever: Retriever,
  embedder: Embedder,
  vectors: readonly Float32Array[],
): Promise<BenchRow[]> {
  const peer = new MemoryVectorStore(new EmbedderForLangChain(embedder));
  await peer.addVectors(
    vectors.map((vector) => Array.from(vector)),
    corpus.chunks.map(
      (chunk) => new LangChainDocument({ pageContent: chunk.text, metadata: { id: chunk.id } }),
    ),
  );
  const queries = corpus.queries.slice(0, 100);
  for (const query of queries.slice(0, 20)) await retriever.retrieve(query);
  const p95 = async (search: (query: string) => Promise<unknown>) => {
    const times: number[] = [];
    for (const query of queries) times.push(await timeMs(() => search(query)));
    return quantile(times, 0.95);
  };
  const measured = await inTurns(
    5,
    () => p95((query) => retriever.retrieve(query, { k: 10 })),
    () => p95((query) => peer.similaritySearch(query, 10)),
  );
  return [
    {
      name: 'query path, p95',
      unit: 'ms',
      ours: measured.a,
      peer: 'LangChain MemoryVectorStore, same embedder',
      theirs: measured.b,
      ratio: measured.ratio,
      targets: { ours: '<= 10', ratio: '<= 0.5' },
    },
  ];
}

export async function benchBm25(corpus: BenchCorpus): Promise<BenchRow[]> {
  const index = createBm25Index(
    buildBm25(corpus.chunks.map(({ title, text }) => ({ heading: title, text }))),
  );
  // The same terms and the same parameters, so that both rank alike and only speed differs.
  const peer = new MiniSearch({
    fields: ['heading', 'text'],
    tokenize: tokenizeForSearch,
    processTerm: (term) => term,
  });
  peer.addAll(corpus.chunks.map(({ title, text }, id) => ({ id, heading: title, text })));
  const queries = corpus.queries.slice(0, 60);
  const perQuery = async (search: (query: string) => unknown) =>
    (await timeMs(() => queries.forEach(search))) / queries.length;
  const ours = (query: string) => index.search(query, 10);
  const theirs = (query: string) => peer.search(query).slice(0, 10);
  queries.forEach(ours);
  const overlap = queries.map((query) => {
    const found = new Set(ours(query).map(({ row }) => row));
    return theirs(query).filter(({ id }) => found.has(id)).length / Math.max(1, found.size);
  });
  const measured = await inTurns(
    5,
    () => perQuery(ours),
    () => perQuery(theirs),
  );
  const shared = overlap.reduce((a, b) => a + b, 0) / overlap.length;
  return [
    {
      name: `BM25, a query (top 10 shared: ${Math.round(shared * 100)} %)`,
      unit: 'ms',
      ours: measured.a,
      peer: 'MiniSearch',
      theirs: measured.b,
      ratio: measured.ratio,
      targets: { ratio: '<= 0.05' },
    },
  ];
}

export interface PeerModel {
  /** Folder with model.onnx and tokenizer.json of an int8 bge-small-en-v1.5. */
  readonly folder: string;
}

/** Chunks a second; the peer is transformers.js over the same texts. */
export async function benchEmbedding(
  corpus: BenchCorpus,
  embedder: Embedder,
  { folder }: PeerModel,
): Promise<BenchRow[]> {
  const texts = corpus.texts.slice(0, 192);
  const peer = await openTransformersPipeline(folder);
  const perSecond = async (work: () => Promise<unknown>) => texts.length / ((await timeMs(work)) / 1000);
  const ours = () => embedder.embedDocuments(texts);
  const theirs = async () => {
    for (let start = 0; start < texts.length; start += 32) await peer(texts.slice(start, start + 32));
  };
  await ours();
  const measured = await inTurns(
    5,
    () => perSecond(ours),
    () => perSecond(theirs),
  );
  return [
    {
      name: 'embedding',
      unit: 'chunks/s',
      ours: measured.a,
      peer: '@huggingface/transformers, int8 bge-small',
      theirs: measured.b,
      ratio: measured.ratio,
      targets: { ratio: '>= 2' },
    },
  ];
}

export async function benchQueryEmbedding(corpus: BenchCorpus, embedder: Embedder): Promise<BenchRow[]> {
  const times: number[] = [];
  for (const query of corpus.queries.slice(0, 100))
    times.push(await timeMs(() => embedder.embedQuery(query)));
  return [{ name: 'embedding a question', unit: 'ms', ours: spread(times) }];
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

interface Transformers {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: object,
  ): Promise<(texts: readonly string[], options: object) => Promise<unknown>>;
}

async function openTransformersPipeline(
  folder: string,
): Promise<(texts: readonly string[]) => Promise<unknown>> {
  const require = createRequire(resolve('evals/bench/peers/package.json'));
  const { env, pipeline } = (await import(
    pathToFileURL(require.resolve('@huggingface/transformers')).href
  )) as Transformers;
  const { mkdtemp, mkdir, symlink, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  // transformers.js wants its own folder layout.
  const root = await mkdtemp(join(tmpdir(), 'answerdesk-bench-'));
  await mkdir(join(root, 'bge', 'onnx'), { recursive: true });
  await symlink(resolve(folder, 'model.onnx'), join(root, 'bge', 'onnx', 'model_quantized.onnx'));
  await symlink(resolve(folder, 'tokenizer.json'), join(root, 'bge', 'tokenizer.json'));
  await writeFile(
    join(root, 'bge', 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'BertTokenizer', model_max_length: 512 }),
  );
  await writeFile(
    join(root, 'bge', 'config.json'),
    await readFile(join(folder, 'config.json'), 'utf8').catch(() =>
      JSON.stringify({ model_type: 'bert', hidden_size: 384 }),
    ),
  );
  env.localModelPath = root;
  env.allowRemoteModels = false;
  const extract = await pipeline('feature-extraction', 'bge', { dtype: 'q8' });
  return (texts) => extract(texts, { pooling: 'cls', normalize: true });
}
