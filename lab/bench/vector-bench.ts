// The nearest of a hundred thousand vectors, on one core: ours beside the plain scan in full and faiss in its form of the same idea.
import type { Embedder } from '#core/embedder.ts';
import { createVectorMatrix, dotProduct, matrixRow, normalize, stackVectors } from '#core/vector-matrix.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { createExactVectorIndex } from '#knowledge/index/exact-vector-index.ts';
import { createTopRows } from '#knowledge/index/top-rows.ts';
import { openPythonPeers } from './python-peers.ts';
import type { BenchRow } from './report.ts';
import { inTurns, spread, spreadOfPairs, timeMs } from './statistics.ts';
import type { Workspace } from './workspace.ts';

const vectorCount = 100_000;
const mostQuestions = 50;
const rounds = 5;
/** What the retriever asks for, and what recall is counted of. */
const depth = 50;
const k = 10;
const limitMs = 4;

export interface VectorBench {
  readonly workspace: Workspace;
  readonly generation: Generation;
  readonly embedder: Embedder;
  readonly questions: readonly string[];
}

export async function benchVectors({
  workspace,
  generation,
  embedder,
  questions,
}: VectorBench): Promise<BenchRow[]> {
  const { dimensions } = generation.vectors;
  const vectors = vectorsBetween(generation.vectors, vectorCount);
  const asked = questions.slice(0, mostQuestions);
  const queries = stackVectors(
    await Promise.all(asked.map((question) => embedder.embedQuery(question))),
    dimensions,
  );
  const index = createExactVectorIndex(vectors);
  const ours = (question: number) => index.search(matrixRow(queries, question), depth);
  const inFull = (question: number) => {
    const query = matrixRow(queries, question);
    const top = createTopRows(depth);
    for (let row = 0; row < vectors.size; row++)
      top.offer(row, dotProduct(vectors.values, row * dimensions, query, 0, dimensions));
    return top.ranked();
  };
  const perQuestion = (search: (question: number) => unknown) => async () =>
    (await timeMs(() => {
      for (let question = 0; question < asked.length; question++) search(question);
    })) / asked.length;
  const [measureOurs, measureInFull] = [perQuestion(ours), perQuestion(inFull)];
  await measureOurs();
  const recalls = asked.map((_, question) => {
    const found = new Set(
      ours(question)
        .slice(0, k)
        .map(({ row }) => row),
    );
    const wanted = inFull(question).slice(0, k);
    return wanted.filter(({ row }) => found.has(row)).length / k;
  });
  const name = `best ${depth} of ${vectorCount} vectors of ${dimensions}, one core`;
  const rows: BenchRow[] = [
    {
      name: `recall@${k} at ${vectorCount} vectors`,
      unit: '',
      ours: spread([recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length]),
      targets: { ours: '>= 0.995' },
    },
    {
      name,
      unit: 'ms',
      peer: 'the same in JavaScript, in full',
      ...spreadOfPairs(await inTurns(rounds, measureOurs, measureInFull)),
      targets: { ours: `<= ${limitMs}` },
    },
  ];
  try {
    const texts = asked.map((question) => question);
    await using python = await openPythonPeers(await workspace.folder('vectors'), {
      texts,
      vectors,
      questions: asked,
      queries,
    });
    const faiss = async () => (await python.ask('faiss-int8')).ms;
    await faiss();
    rows.push({
      name,
      unit: 'ms',
      peer: 'faiss, eight bits and the best 50 in full',
      ...spreadOfPairs(await inTurns(rounds, measureOurs, faiss)),
    });
  } catch (thrown) {
    rows.push({ name, unit: 'ms', missing: thrown instanceof Error ? thrown.message : `${thrown}` });
  }
  return rows;
}

/** The same each time: each is drawn near one of `real`, towards another one. */
function vectorsBetween(real: Generation['vectors'], count: number): Generation['vectors'] {
  const made = createVectorMatrix(count, real.dimensions);
  for (let row = 0; row < count; row++) {
    const own = matrixRow(real, row % real.size);
    const other = matrixRow(real, (Math.imul(row + 1, 0x9e3779b1) >>> 0) % real.size);
    const share = 0.7 + 0.3 * (row / count);
    made.values.set(
      normalize(own.map((value, index) => share * value + (1 - share) * other[index]!)),
      row * real.dimensions,
    );
  }
  return made;
}
