// How well a data folder answers a team's questions: the suites that a model can change, run as `answerdesk evals` runs them. This is what
// a comparison of models asks with.
import { AppError } from '#core/errors.ts';
import type { ComparisonTools } from '#learning/promotion/compare-models.ts';
import { runEvals } from './run-evals.ts';
import type { Screen } from './run-suites.ts';

const suites = ['retrieval', 'answers', 'abstention'] as const;

/** `evaluate` rejects with `bad-input` if the cases are of another knowledge base, `internal` if a suite broke. */
export function createModelEvaluation(screen: Screen): ComparisonTools['evaluate'] {
  return async ({ dataDir, cases, out, seed, chatModel }, { signal = new AbortController().signal }) => {
    const request = { suites, dataDir, cases, out, runsDir: out, seed, chatModel };
    const { report, files } = await runEvals(request, { signal, screen });
    signal.throwIfAborted();
    const broken = Object.entries(report.suites).find(([, { failure }]) => failure !== undefined);
    if (broken)
      throw new AppError(
        'internal',
        `The suite ${broken[0]} broke, so there is nothing to compare: ${broken[1].failure}`,
      );
    return { evaluation: report, page: files.html };
  };
}
