import { openCurrentGeneration } from '#rag/generation-reader.ts';
import { defineCaseSuite } from '../runner/define-suite.ts';
import { evalContext } from '../runner/eval-context.ts';
import { rankingScores, retrieve, servedRanking, summarizeRetrieval } from './retrieval.ts';

const { settings, knowledge, embedder, records } = await evalContext();
const generation = (await openCurrentGeneration(settings.dataDir))!;

await defineCaseSuite({
  name: 'retrieval',
  cases: ({ cases }) =>
    cases.filter(({ gold, kind, expect }) => gold.length > 0 && kind !== 'hostile' && expect === 'answer'),
  run: (evalCase, { signal }) =>
    records.remember(['retrieval', evalCase], () =>
      retrieve(evalCase, { generation, knowledge, embedder }, signal ? { signal } : {}),
    ),
  check(expect, { rankings }, { gold }) {
    const found = servedRanking(rankings).slice(0, 5);
    expect
      .soft(
        found.some((id) => gold.includes(id)),
        `found ${found.join(', ') || 'nothing'} instead of ${gold.join(' or ')}`,
      )
      .toBe(true);
  },
  result: ({ kind, turns, gold }, { query, rankings, found }) => ({
    kind,
    turns,
    ...(query === turns.at(-1)!.text ? {} : { note: `searched for: ${query}` }),
    passages: found.map((passage) => ({ ...passage, gold: gold.includes(passage.documentId) })),
    scores: rankingScores(servedRanking(rankings), gold),
  }),
  summarize: (done, { seed }) => summarizeRetrieval(done, seed),
});
