import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultErrorBudget, evidenceOf } from '#learning/calibration/policy-fit.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import { alwaysAnswering } from '../core/always-answering.ts';
import { casePassages, createAsk } from '../core/ask.ts';
import type { SuiteOutcome } from '../core/result.ts';
import { type Reasons, reasonUnless } from '../judging/reply-checks.ts';
import type { EvalContext } from '../runner/eval-context.ts';
import { runCases } from '../runner/run-cases.ts';
import { type AbstentionRecord, isRight, passageFound, summarizeAbstention } from './abstention.ts';
import { fitOnHalves } from './abstention-fit.ts';

export function runAbstention(context: EvalContext): Promise<SuiteOutcome> {
  const { ask, cases, dependencies, embedder, knowledge, records, seed, settings, signal } = context;
  const calibration = dependencies.calibration();
  const askForced = createAsk({
    ...dependencies,
    calibration: () => alwaysAnswering(calibration),
  });
  const options = signal ? { signal } : {};
  return runCases(
    {
      cases: cases.filter(
        ({ expect, kind, gold }) =>
          kind !== 'hostile' && (expect === 'decline' || (expect === 'answer' && gold.length > 0)),
      ),
      run: async ({ turns, gold }) => ({
        reply: await ask(turns, options),
        forced: await records.remember(['ask-forced', turns], () => askForced(turns, options)),
        evidence: await records.remember(
          ['evidence', turns, gold],
          async () => (await evidenceOf({ turns, gold }, knowledge, options)) ?? null,
        ),
      }),
      check: knowsWhatItKnows,
      result: (evalCase, { reply, forced }) => ({
        kind: evalCase.kind,
        turns: evalCase.turns,
        answer: reply.text,
        decision: reply.decision,
        passages: casePassages(reply, evalCase.gold),
        scores: {
          confidence: forced.confidence,
          'right-if-answered': isRight(evalCase, forced) ? 1 : 0,
          'passage-found': passageFound(evalCase, forced) ? 1 : 0,
          'wrong-answer': reply.decision === 'answer' && !isRight(evalCase, reply) ? 1 : 0,
        },
      }),
      async summarize(done) {
        const { metrics, charts } = summarizeAbstention(done, { seed, answerFrom: calibration.answerFrom });
        const rows = done.flatMap(({ evalCase: { id }, judged: { evidence } }) =>
          evidence === null ? [] : [{ ...evidence, id }],
        );
        const fit = { embedder: embedder.modelId, errorBudget: defaultErrorBudget, seed };
        const fitted = fitOnHalves(rows, fit);
        if (fitted.calibration)
          await writeFile(
            join(settings.runDir, 'calibration.json'),
            `${JSON.stringify(fitted.calibration, undefined, 2)}\n`,
          );
        return {
          metrics: { ...metrics, ...fitted.metrics },
          charts: [...charts, ...fitted.charts],
          notes: [fitted.note],
        };
      },
    },
    context,
  );
}

function knowsWhatItKnows({ reply, forced }: AbstentionRecord, evalCase: EvalCase): Reasons {
  const answered = reply.decision === 'answer';
  if (evalCase.expect === 'decline') return reasonUnless(!answered, 'answered what no article answers');
  return answered
    ? reasonUnless(isRight(evalCase, reply), 'answered, but wrongly')
    : reasonUnless(!isRight(evalCase, forced), 'could have answered rightly, but did not');
}
