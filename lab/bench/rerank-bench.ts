// Reading the best 20 passages again with the reranker that ships, stopping early where the order is sure.
import type { Embedder } from '#core/embedder.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import { createRerankingRetriever } from '#knowledge/retrieval/reranking-retriever.ts';
import { openOnnxReranker } from '#models/reranker/onnx-reranker.ts';
import type { BenchRow } from './report.ts';
import { quantile, spread } from './statistics.ts';

const rerankerFolder = 'data/models/reader';
const rounds = 5;
/** The second thread starts with the first question. */
const warmUp = 10;

export async function benchRerank(
  generation: Generation,
  embedder: Embedder,
  questions: readonly string[],
): Promise<BenchRow[]> {
  const reranker = await openOnnxReranker(rerankerFolder);
  const hybrid = createHybridRetriever({ ...generation, embedder });
  const times: number[] = [];
  let early = 0;
  const retriever = createRerankingRetriever(hybrid, reranker, {
    observer: {
      reranked({ outcome, durationMs }) {
        times.push(durationMs);
        if (outcome === 'sure') early += 1;
      },
    },
  });
  const ask = (question: string) => retriever.retrieve(question, { filter: { audiences: ['customer'] } });
  for (const question of questions.slice(0, warmUp)) await ask(question);
  times.length = 0;
  early = 0;
  for (let round = 0; round < rounds; round++) for (const question of questions) await ask(question);
  await reranker.close();

  const perRound = Array.from({ length: rounds }, (_, round) =>
    times.slice(round * questions.length, (round + 1) * questions.length),
  );
  const row = (share: number): BenchRow => ({
    name: `reranking 20 passages, p${share * 100}`,
    unit: 'ms',
    ours: spread(perRound.map((round) => quantile(round, share))),
  });
  const note = `sure after the first ones: ${Math.round((100 * early) / times.length)} %`;
  return [{ ...row(0.5), note, targets: { ours: '<= 60' } }, row(0.95)];
}
