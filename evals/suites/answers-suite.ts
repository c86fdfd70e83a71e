import { join } from 'node:path';
import { groundedFrom } from '#core/groundedness.ts';
import { fitGroundedness, readGroundednessPairs } from '#learning/calibration/groundedness-fit.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import { casePassages } from '../core/ask.ts';
import type { SuiteOutcome } from '../core/result.ts';
import { openJudge } from '../judging/language-model-judge.ts';
import { answers, avoids, cites, containsFacts, type Reasons } from '../judging/reply-checks.ts';
import type { EvalContext } from '../runner/eval-context.ts';
import { runCases } from '../runner/run-cases.ts';
import {
  type AnswerRecord,
  agreementMetrics,
  answerScores,
  judgeAnswer,
  judgePairs,
  summarizeAnswers,
} from './answers.ts';

export async function runAnswers(context: EvalContext): Promise<SuiteOutcome> {
  const { ask, cases, casesDir, config, embedder, records, seed, signal } = context;
  const options = signal ? { signal } : {};
  const pairs = await readGroundednessPairs(join(casesDir, 'support-pairs.jsonl'));
  const groundedness = await fitGroundedness(pairs, embedder, options);
  const judge = openJudge(config.judge);
  return runCases(
    {
      cases: cases.filter(
        ({ expect, kind, gold }) => expect === 'answer' && kind !== 'hostile' && gold.length > 0,
      ),
      async run(evalCase) {
        const reply = await ask(evalCase.turns, options);
        return records.remember(['answers', evalCase, judge?.model], () =>
          judgeAnswer(evalCase, reply, { scorer: groundedness.scorer, embedder, judge }, options),
        );
      },
      check: answersRightly,
      result: describeAnswer,
      async summarize(done) {
        const { metrics, charts } = summarizeAnswers(done, seed);
        const judged = judge
          ? await judgePairs(pairs, {
              judge: {
                supports: (sentence, passage, callOptions) =>
                  records.remember(['judge-pair', judge.model, sentence, passage], () =>
                    judge.supports(sentence, passage, callOptions),
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
          notes: judge ? [`Judged by ${judge.model}, too.`] : [],
        };
      },
    },
    context,
  );
}

function answersRightly({ reply }: AnswerRecord, { facts, gold, mustNot }: EvalCase): Reasons {
  if (reply.decision !== 'answer') return answers(reply);
  return [...containsFacts(reply, facts), ...cites(reply, gold), ...avoids(reply, mustNot)];
}

function describeAnswer(evalCase: EvalCase, record: AnswerRecord) {
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
}
