import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultErrorBudget, evidenceOf } from '../calibration/policy-fit.ts';
import { casePassages, createAsk } from '../core/ask.ts';
import { defineCaseSuite } from '../runner/define-suite.ts';
import { evalContext } from '../runner/eval-context.ts';
import { isRight, passageFound, summarizeAbstention } from './abstention.ts';
import { fitOnOneHalf } from './abstention-fit.ts';

const { ask, dependencies, embedder, knowledge, records, settings } = await evalContext();
const { calibration } = dependencies;
const askForced = createAsk({
  ...dependencies,
  calibration: { ...calibration, answerFrom: 0, clarifyFrom: 0 },
});

await defineCaseSuite({
  name: 'abstention',
  cases: ({ cases }) =>
    cases.filter(
      ({ expect, kind, gold }) =>
        kind !== 'hostile' && (expect === 'decline' || (expect === 'answer' && gold.length > 0)),
    ),
  async run({ turns, gold }, { signal }) {
    const options = signal ? { signal } : {};
    return {
      reply: await ask(turns, options),
      forced: await records.remember(['ask-forced', turns], () => askForced(turns, options)),
      evidence: await records.remember(
        ['evidence', turns, gold],
        async () => (await evidenceOf({ turns, gold }, knowledge, options)) ?? null,
      ),
    };
  },
  check(expect, { reply, forced }, evalCase) {
    if (evalCase.expect === 'decline') {
      expect.soft(reply.decision, 'answered what no article answers').not.toBe('answer');
    } else if (reply.decision === 'answer') {
      expect.soft(isRight(evalCase, reply), 'answered, but wrongly').toBe(true);
    } else {
      expect.soft(isRight(evalCase, forced), 'could have answered rightly, but did not').toBe(false);
    }
  },
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
  async summarize(done, { seed }) {
    const { metrics, charts } = summarizeAbstention(done, { seed, answerFrom: calibration.answerFrom });
    const rows = done.flatMap(({ evalCase: { id }, judged: { evidence } }) =>
      evidence === null ? [] : [{ ...evidence, id }],
    );
    const fitted = fitOnOneHalf(rows, { embedder: embedder.modelId, errorBudget: defaultErrorBudget, seed });
    if (fitted.calibration)
      await writeFile(
        join(settings.runDir, 'policy.json'),
        `${JSON.stringify(fitted.calibration, undefined, 2)}\n`,
      );
    return {
      metrics: { ...metrics, ...fitted.metrics },
      charts: [...charts, ...fitted.charts],
      notes: [fitted.note],
    };
  },
});
