import { join } from 'node:path';
import { groundedFrom } from '#core/groundedness.ts';
import { casePassages } from '../core/ask.ts';
import { fitGroundedness, readGroundednessPairs } from '../judging/groundedness.ts';
import { openJudge } from '../judging/language-model-judge.ts';
import { defineCaseSuite } from '../runner/define-suite.ts';
import { evalContext } from '../runner/eval-context.ts';
import { agreementMetrics, answerScores, judgeAnswer, judgePairs, summarizeAnswers } from './answers.ts';

const { ask, embedder, records, casesDir, config } = await evalContext();
const pairs = await readGroundednessPairs(join(casesDir, 'support-pairs.jsonl'));
const groundedness = await fitGroundedness(pairs, embedder);
const judge = openJudge(config.judge);

await defineCaseSuite({
  name: 'answers',
  cases: ({ cases }) =>
    cases.filter(({ expect, kind, gold }) => expect === 'answer' && kind !== 'hostile' && gold.length > 0),
  async run(evalCase, { signal }) {
    const options = signal ? { signal } : {};
    const reply = await ask(evalCase.turns, options);
    return records.remember(['answers', evalCase, judge?.model], () =>
      judgeAnswer(evalCase, reply, { scorer: groundedness.scorer, embedder, judge }, options),
    );
  },
  check(expect, { reply }, { facts, gold, mustNot }) {
    expect.soft(reply).toAnswer();
    if (reply.decision !== 'answer') return;
    expect.soft(reply).toContainFacts(facts);
    expect.soft(reply).toCite(gold);
    expect.soft(reply).toAvoid(mustNot);
  },
  result(evalCase, record) {
    const { reply, sentences } = record;
    const unsupported = sentences.filter((sentence) => sentence.groundedness < groundedFrom);
    return {
      kind: evalCase.kind,
      turns: evalCase.turns,
      answer: reply.text,
      decision: reply.decision,
      passages: casePassages(reply, evalCase.gold),
      scores: answerScores(evalCase, record),
      ...(unsupported.length > 0
        ? { note: `not clearly supported: ${unsupported.map(({ text }) => `“${text}”`).join(' ')}` }
        : {}),
    };
  },
  async summarize(done, { seed, signal }) {
    const { metrics, charts } = summarizeAnswers(done, seed);
    const judged = judge
      ? await judgePairs(pairs, {
          judge: {
            supports: (sentence, passage, options) =>
              records.remember(['judge-pair', judge.model, sentence, passage], () =>
                judge.supports(sentence, passage, options),
              ),
          },
          signal,
        })
      : undefined;
    return {
      metrics: {
        ...metrics,
        ...agreementMetrics(groundedness.predictions, {
          prefix: 'groundedness',
          who: 'Groundedness score',
          seed,
        }),
        ...(judged
          ? agreementMetrics(judged.predictions, { prefix: 'judge', who: 'Language-model judge', seed })
          : {}),
      },
      charts,
      cases: judged?.failed ?? [],
      notes: judge ? [`Judged besides by ${judge.model}.`] : [],
    };
  },
});
