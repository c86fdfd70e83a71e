// How good the extractive answers of ranked trials are. All questions are answered: whether to answer is not what is tried here.
import { usablePassages } from '#chat/decide/usable-passages.ts';
import { citationScores, factRecall, missingFacts } from '#evals/judging/answer-checks.ts';
import { mean } from '#learning/metrics/metric.ts';
import { composeAnswer } from '#models/chat/compose-answer.ts';
import type { ExtractiveModels, ScoreOptions } from '#models/chat/score-units.ts';
import type { RankedTrial } from './rank-trials.ts';

export interface ComposedTrial extends RankedTrial {
  readonly text: string;
  readonly citedDocuments: readonly string[];
}

const passagesGiven = 5;

export async function composeTrials(
  ranked: readonly RankedTrial[],
  models: ExtractiveModels,
  options: ScoreOptions = {},
): Promise<ComposedTrial[]> {
  const composed: ComposedTrial[] = [];
  for (const one of ranked) {
    const passages = usablePassages(one.found).slice(0, passagesGiven);
    const { query, evalCase } = one.trial;
    const question = evalCase.turns.at(-1)!.text;
    const text = (await composeAnswer({ query, question, passages }, models, options)).join('');
    const numbers = [...text.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
    composed.push({
      ...one,
      text,
      citedDocuments: [...new Set(numbers)].map((number) => passages[number - 1]!.chunk.documentId),
    });
  }
  return composed;
}

export interface AnswerFigures {
  readonly factRecall: number;
  /** The same where a right article is among the passages given. */
  readonly factRecallGiven: number;
  /** Answers that hold the sentence that the case names. */
  readonly quoted: number;
  readonly citationPrecision: number;
  readonly citesRight: number;
  readonly words: number;
}

export function answerFigures(composed: readonly ComposedTrial[]): AnswerFigures {
  const withFacts = composed.filter(({ trial }) => trial.evalCase.facts.length > 0);
  const given = withFacts.filter(({ trial, found }) =>
    found.slice(0, passagesGiven).some(({ chunk }) => trial.evalCase.gold.includes(chunk.documentId)),
  );
  const recall = (list: readonly ComposedTrial[]) =>
    mean(list.map(({ text, trial }) => factRecall(text, trial.evalCase.facts)));
  const citations = composed.map(({ citedDocuments, trial }) =>
    citationScores(
      citedDocuments.map((documentId) => ({ documentId })),
      trial.evalCase.gold,
    ),
  );
  return {
    factRecall: recall(withFacts),
    factRecallGiven: recall(given),
    quoted: mean(
      composed
        .filter(({ trial }) => trial.quote !== undefined)
        .map(({ text, trial }) =>
          missingFacts(text, [trial.quote!.replace(/[.:;,]$/, '')]).length === 0 ? 1 : 0,
        ),
    ),
    citationPrecision: mean(citations.map(({ precision }) => precision)),
    citesRight: mean(citations.map(({ hit }) => hit)),
    words: mean(composed.map(({ text }) => text.split(/\s+/).length)),
  };
}
