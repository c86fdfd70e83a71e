// Search engines for Node that answer the same questions over the same texts and vectors. They are installed by `npm run bench`, not with the
// project; hnswlib-node is ours, as a choice.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { matrixRow } from '#core/vector-matrix.ts';
import { openHnswVectorIndex, writeHnswFile } from '#knowledge/index/hnsw-vector-index.ts';
import type { Asked } from './python-peers.ts';

/** The ten best rows for the question of that number. */
export type AskPeer = (question: number) => Promise<readonly number[]>;

export interface NodePeer {
  readonly words?: AskPeer;
  readonly vectors?: AskPeer;
  readonly hybrid?: AskPeer;
}

const k = 10;
/** What each of two searches gives to a fusion. */
const depth = 50;
const require = createRequire(join(import.meta.dirname, 'peers/package.json'));

async function load<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(require.resolve(name)).href)) as Module;
}

export async function openHnsw({ vectors, queries }: Asked, folder: string): Promise<NodePeer> {
  const path = join(folder, 'hnsw.bin');
  if (!(await writeHnswFile(path, vectors))) throw new Error('hnswlib-node is not installed');
  const index = await openHnswVectorIndex(path, vectors);
  return {
    vectors: async (question) => index.search(matrixRow(queries, question), k).map(({ row }) => row),
  };
}

/** FTS5 is part of SQLite, sqlite-vec an extension; both in memory, fused by their ranks. */
export async function openSqlite({ texts, vectors, questions, queries }: Asked): Promise<NodePeer> {
  const { getLoadablePath } = await load<{ getLoadablePath(): string }>('sqlite-vec');
  const db = new DatabaseSync(':memory:', { allowExtension: true });
  db.loadExtension(getLoadablePath());
  db.exec(`create virtual table words using fts5(text, tokenize = 'porter unicode61', content = '');
    create virtual table vectors using vec0(vector float[${vectors.dimensions}] distance_metric=cosine);
    begin`);
  const addText = db.prepare('insert into words(rowid, text) values (?, ?)');
  const addVector = db.prepare('insert into vectors(rowid, vector) values (?, ?)');
  for (const [row, text] of texts.entries()) {
    addText.run(row + 1, text);
    addVector.run(BigInt(row + 1), bytesOf(matrixRow(vectors, row)));
  }
  db.exec('commit');
  const byWords = db.prepare(
    'select rowid - 1 as "row" from words where words match ? order by rank limit ?',
  );
  const byVector = db.prepare('select rowid - 1 as "row" from vectors where vector match ? and k = ?');
  const rowsOf = (found: unknown) => (found as { readonly row: number }[]).map(({ row }) => row);
  const words = (question: number, count: number) => {
    const terms = [...new Set(tokenizeForSearch(questions[question]!))].map((term) => `"${term}"`);
    return terms.length === 0 ? [] : rowsOf(byWords.all(terms.join(' OR '), count));
  };
  const nearest = (question: number, count: number) =>
    rowsOf(byVector.all(bytesOf(matrixRow(queries, question)), count));
  return {
    words: async (question) => words(question, k),
    vectors: async (question) => nearest(question, k),
    hybrid: async (question) => fuseRanks([words(question, depth), nearest(question, depth)]),
  };
}

interface Lance {
  connect(folder: string): Promise<{ createTable(name: string, rows: object[]): Promise<LanceTable> }>;
  readonly Index: { fts(): unknown };
  readonly rerankers: { readonly RRFReranker: { create(): Promise<unknown> } };
}
interface LanceTable {
  createIndex(column: string, options: object): Promise<void>;
  query(): LanceQuery;
}
interface LanceQuery {
  fullTextSearch(text: string, options?: object): LanceQuery;
  nearestTo(vector: Float32Array): LanceQuery;
  distanceType(type: 'dot'): LanceQuery;
  rerank(reranker: unknown): LanceQuery;
  select(columns: string[]): LanceQuery;
  limit(count: number): LanceQuery;
  toArray(): Promise<{ readonly row: number }[]>;
}

export async function openLance(
  { texts, vectors, questions, queries }: Asked,
  folder: string,
): Promise<NodePeer> {
  const { connect, Index, rerankers } = await load<Lance>('@lancedb/lancedb');
  const rows = texts.map((text, row) => ({ row, text, vector: [...matrixRow(vectors, row)] }));
  const table = await (await connect(join(folder, 'lance'))).createTable('passages', rows);
  await table.createIndex('text', { config: Index.fts() });
  const reranker = await rerankers.RRFReranker.create();
  const rowsOf = async (query: LanceQuery) => (await query.limit(k).toArray()).map(({ row }) => Number(row));
  const wordsOf = (question: number) => questions[question]!.replace(/[^\p{L}\p{N}]+/gu, ' ');
  return {
    words: (question) => rowsOf(table.query().fullTextSearch(wordsOf(question)).select(['row', '_score'])),
    vectors: (question) =>
      rowsOf(
        table
          .query()
          .nearestTo(matrixRow(queries, question))
          .distanceType('dot')
          .select(['row', '_distance']),
      ),
    hybrid: (question) =>
      rowsOf(
        table
          .query()
          .fullTextSearch(wordsOf(question))
          .nearestTo(matrixRow(queries, question))
          .distanceType('dot')
          .rerank(reranker),
      ),
  };
}

interface Orama {
  create(options: { readonly schema: Readonly<Record<string, string>> }): unknown;
  insertMultiple(db: unknown, documents: object[], batch: number): Promise<unknown>;
  search(db: unknown, query: object): Promise<{ readonly hits: readonly { readonly id: string }[] }>;
}

export async function openOrama({ texts, vectors, questions, queries }: Asked): Promise<NodePeer> {
  const { create, insertMultiple, search } = await load<Orama>('@orama/orama');
  const db = create({ schema: { text: 'string', vector: `vector[${vectors.dimensions}]` } });
  const documents = texts.map((text, row) => ({ id: `${row}`, text, vector: [...matrixRow(vectors, row)] }));
  await insertMultiple(db, documents, 500);
  const vectorOf = (question: number) => ({ value: [...matrixRow(queries, question)], property: 'vector' });
  const rowsOf = async (query: object) =>
    (await search(db, { limit: k, similarity: 0, ...query })).hits.map(({ id }) => Number(id));
  return {
    words: (question) => rowsOf({ term: questions[question], properties: ['text'], threshold: 1 }),
    vectors: (question) => rowsOf({ mode: 'vector', vector: vectorOf(question) }),
    hybrid: (question) =>
      rowsOf({ mode: 'hybrid', term: questions[question], properties: ['text'], vector: vectorOf(question) }),
  };
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Reciprocal rank fusion with its usual constant. */
function fuseRanks(lists: readonly (readonly number[])[]): number[] {
  const scores = new Map<number, number>();
  for (const list of lists)
    for (const [rank, row] of list.entries()) scores.set(row, (scores.get(row) ?? 0) + 1 / (61 + rank));
  return [...scores]
    .sort(([, a], [, b]) => b - a)
    .slice(0, k)
    .map(([row]) => row);
}
