import type { SuiteOutcome } from '../core/result.ts';
import { reasonUnless } from '../judging/reply-checks.ts';
import type { EvalContext } from '../runner/eval-context.ts';
import { runCases } from '../runner/run-cases.ts';
import { rankingScores, retrieve, servedRanking, summarizeRetrieval } from './retrieval.ts';

export function runRetrieval(context: EvalContext): Promise<SuiteOutcome> {
  const { cases, embedder, generation, knowledge, records, seed, signal } = context;
  return runCases(
    {
      cases: cases.filter(
        ({ gold, kind, expect }) => gold.length > 0 && kind !== 'hostile' && expect === 'answer',
      ),
      run: (evalCase) =>
        records.remember(['retrieval', evalCase], () =>
          retrieve(evalCase, { generation, knowledge, embedder }, signal ? { signal } : {}),
        ),
      check({ rankings }, { gold }) {
        const found = servedRanking(rankings).slice(0, 5);
        return reasonUnless(
          found.some((id) => gold.includes(id)),
          `found ${found.join(', ') || 'nothing'} instead of ${gold.join(' or ')}`,
        );
      },
      result: ({ kind, turns, gold }, { query, rankings, found }) => ({
        kind,
        turns,
        ...(query === turns.at(-1)!.text ? {} : { note: `searched for: ${query}` }),
        passages: found.map((passage) => ({ ...passage, gold: gold.includes(passage.documentId) })),
        scores: rankingScores(servedRanking(rankings), gold),
      }),
      summarize: (done) => summarizeRetrieval(done, seed),
    },
    context,
  );
}
