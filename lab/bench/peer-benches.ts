// Searching by words, by vectors and by both, beside fast engines: the same texts, questions and vectors, one question after the other, in turns.

import { chunkContext } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { toAppError } from '#core/errors.ts';
import { matrixRow, stackVectors } from '#core/vector-matrix.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import { type AskPeer, type NodePeer, openHnsw, openLance, openOrama, openSqlite } from './node-peers.ts';
import { type Asked, openPythonPeers, type PythonPeer } from './python-peers.ts';
import type { BenchRow } from './report.ts';
import { inTurns, spreadOfPairs, timeMs } from './statistics.ts';
import type { Workspace } from './workspace.ts';

const rounds = 5;
const k = 10;
const mostQuestions = 50;
const leastQuestions = 5;
/** What one round of a peer may take: a slow one is asked fewer questions, as is ours beside it. */
const roundMs = 2_000;

export interface PeerBench {
  readonly workspace: Workspace;
  readonly generation: Generation;
  readonly embedder: Embedder;
  readonly questions: readonly string[];
}

type Kind = keyof NodePeer;

/** One round over all questions: milliseconds for one, and what was found. */
type Round = () => Promise<{ readonly ms: number; readonly rows: readonly (readonly number[])[] }>;

export async function benchPeers(bench: PeerBench): Promise<BenchRow[]> {
  const { workspace, generation, embedder } = bench;
  const questions = bench.questions.slice(0, mostQuestions);
  const { chunks, vectors, vectorIndex, lexicalIndex } = generation;
  const queries = stackVectors(
    await Promise.all(questions.map((question) => embedder.embedQuery(question))),
    vectors.dimensions,
  );
  const asked: Asked = { texts: chunks.map(chunkContext), vectors, questions, queries };
  const retriever = createHybridRetriever({ ...generation, embedder });
  const rowOf = new Map(chunks.map(({ id }, row) => [id, row]));
  const ours: Record<Kind, AskPeer> = {
    words: async (question) => lexicalIndex.search(questions[question]!, k).map(({ row }) => row),
    vectors: async (question) => vectorIndex.search(matrixRow(queries, question), k).map(({ row }) => row),
    hybrid: async (question) => {
      const vector = { modelId: embedder.modelId, values: matrixRow(queries, question) };
      const found = await retriever.retrieve(questions[question]!, { k, vector });
      return found.map(({ chunk }) => rowOf.get(chunk.id)!);
    },
  };
  const roundOf =
    (ask: AskPeer, count = questions.length): Round =>
    async () => {
      const rows: (readonly number[])[] = [];
      const ms = await timeMs(async () => {
        for (let question = 0; question < count; question++) rows.push(await ask(question));
      });
      return { ms: ms / count, rows };
    };
  const exact = (await roundOf(ours.vectors)()).rows;

  async function row(
    kind: Kind,
    peer: string,
    { theirRound, count = questions.length }: { readonly theirRound: Round; readonly count?: number },
  ): Promise<BenchRow> {
    const name = { words: 'by words', vectors: 'by vectors', hybrid: 'by both, vector known' }[kind];
    const ourRound = roundOf(ours[kind], count);
    await ourRound();
    let found = (await theirRound()).rows;
    const pairs = await inTurns(
      rounds,
      async () => (await ourRound()).ms,
      async () => {
        const { ms, rows } = await theirRound();
        found = rows;
        return ms;
      },
    );
    const note =
      kind === 'vectors'
        ? { note: `the peer's recall@10 ${shareFound(exact.slice(0, found.length), found).toFixed(3)}` }
        : {};
    return { name, unit: 'ms', peer, ...note, ...spreadOfPairs(pairs) };
  }

  const rows: BenchRow[] = [];
  const attempt = async (what: string, measure: () => Promise<void>) => {
    await measure().catch((thrown: unknown) => {
      rows.push({ name: `beside ${what}`, unit: 'ms', missing: toAppError(thrown).message });
    });
  };
  const folder = await workspace.folder('peers');
  const nodePeers: readonly [string, () => Promise<NodePeer>][] = [
    ['hnswlib-node', () => openHnsw(asked, folder)],
    ['SQLite FTS5 and sqlite-vec', () => openSqlite(asked)],
    ['LanceDB', () => openLance(asked, folder)],
    ['Orama', () => openOrama(asked)],
  ];
  for (const [name, open] of nodePeers)
    await attempt(name, async () => {
      const peer = await open();
      for (const kind of ['words', 'vectors', 'hybrid'] as const)
        if (peer[kind]) {
          const ask = peer[kind];
          const one = await timeMs(() => ask(0));
          const count = Math.min(questions.length, Math.max(leastQuestions, Math.floor(roundMs / one)));
          rows.push(await row(kind, name, { theirRound: roundOf(ask, count), count }));
        }
    });
  await attempt('bm25s, tantivy and faiss', async () => {
    await using python = await openPythonPeers(folder, asked);
    const pythonPeers: readonly [Kind, string, PythonPeer][] = [
      ['words', 'bm25s', 'bm25s'],
      ['words', 'tantivy', 'tantivy'],
      ['vectors', 'faiss, in full', 'faiss-flat'],
      ['vectors', 'faiss, eight bits and the best 50 in full', 'faiss-int8'],
    ];
    for (const [kind, name, peer] of pythonPeers)
      rows.push(await row(kind, name, { theirRound: () => python.ask(peer) }));
  });
  return rows;
}

/** Of each question's first list, how much is in the second. */
function shareFound(wanted: readonly (readonly number[])[], found: readonly (readonly number[])[]): number {
  const shares = wanted.map((rows, at) => {
    const had = new Set(found[at]);
    return rows.filter((one) => had.has(one)).length / Math.max(1, rows.length);
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
