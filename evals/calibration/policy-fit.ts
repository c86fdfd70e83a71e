// Fits when the desk answers, asks back or declines: for `npm run calibrate`, which writes what the chat policy reads, and for the suite
// `abstention`, which fits on one half of the cases and measures on the other. A question counts as answerable when the passages that a
// chat model would be given hold a gold document: the policy must know what retrieval found, not what exists.
import { condense } from '#chat/condense.ts';
import { type Calibration, decideBeforeRetrieval, evidenceFeatures, featureNames } from '#chat/policy.ts';
import { usablePassages } from '#chat/usable-passages.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Turn } from '#core/conversation.ts';
import type { ChunkFilter } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { Retriever } from '#core/retriever.ts';
import {
  auroc,
  expectedCalibrationError,
  type Prediction,
  wilsonInterval,
} from '../metrics/classification.ts';
import { fitLogistic, type LabelledRow, predictLogistic } from './logistic-regression.ts';

/** Passages retrieved, and given to a chat model, as in server/chat/answer.ts. */
const passagesRetrieved = 10;
export const passagesGiven = 5;
const folds = 5;
/** With fewer questions a fit would say little. */
export const fewestQuestions = 50;
/** Of the answers, at most this share lacks its passage. */
export const defaultMaxError = 0.23;

/** What the policy sees of a question, and whether it should answer. */
export interface Evidence extends LabelledRow {
  /** An article answers it, found or not. */
  readonly answerable: boolean;
}

/** Undefined where the policy decides before anything is looked up. */
export async function evidenceOf(
  { turns, gold }: { readonly turns: readonly Turn[]; readonly gold: readonly string[] },
  knowledge: Retriever,
  { filter = { audiences: ['customer'] }, signal }: CallOptions & { readonly filter?: ChunkFilter } = {},
): Promise<Evidence | undefined> {
  if (decideBeforeRetrieval({ question: turns.at(-1)!.text })) return undefined;
  const { query, context } = condense(turns).search;
  const found = await knowledge.retrieve(query, { k: passagesRetrieved, filter, context, signal });
  const passages = usablePassages(found).slice(0, passagesGiven);
  const features = evidenceFeatures(passages);
  return {
    features: featureNames.map((name) => features[name]),
    label: passages.some(({ chunk }) => gold.includes(chunk.documentId)),
    answerable: gold.length > 0,
  };
}

export interface PolicyPrediction extends Prediction {
  readonly answerable: boolean;
}

/** What a fitted policy thinks of questions. */
export function predictEvidence(
  rows: readonly Evidence[],
  { coefficients, intercept }: Pick<Calibration, 'coefficients' | 'intercept'>,
): PolicyPrediction[] {
  const model = { coefficients: featureNames.map((name) => coefficients[name]), intercept };
  return rows.map(({ features, label, answerable }) => ({
    probability: predictLogistic(model, features),
    label,
    answerable,
  }));
}

export interface FitOptions {
  /** Id of the embedder. */
  readonly embedder: string;
  readonly maxError: number;
}

/** Every figure comes from questions that the fit which judged them had not seen (cross-validation). */
export function fitPolicy(rows: readonly Evidence[], { embedder, maxError }: FitOptions) {
  if (rows.length < fewestQuestions || rows.every((row) => row.label) || !rows.some((row) => row.label)) {
    throw new AppError(
      'bad-input',
      `${rows.length} questions are too few, or all alike: at least ${fewestQuestions}, answerable and unanswerable ones, are needed.`,
    );
  }
  const models = Array.from({ length: folds }, (_, fold) =>
    fitLogistic(rows.filter((_row, index) => index % folds !== fold)),
  );
  const predictions = rows.map(({ features, label, answerable }, index) => ({
    probability: predictLogistic(models[index % folds]!, features),
    label,
    answerable,
  }));
  const answerFrom = thresholdFor(predictions, maxError);
  // Below this, a list of articles to choose from would hold the right one less often than two times in five.
  const clarifyFrom = Math.min(answerFrom, thresholdWhere(predictions, 0.4));
  const model = fitLogistic(rows);
  const calibration: Calibration = {
    embedder,
    coefficients: Object.fromEntries(
      featureNames.map((name, index) => [name, round(model.coefficients[index]!)]),
    ) as Calibration['coefficients'],
    intercept: round(model.intercept),
    answerFrom: round(answerFrom),
    clarifyFrom: round(clarifyFrom),
  };
  const share = (part: readonly unknown[], whole: readonly unknown[]) => ({
    share: round(part.length / Math.max(1, whole.length)),
    n: whole.length,
    interval: wilsonInterval(part.length, whole.length).map(round),
  });
  const answered = predictions.filter(({ probability }) => probability >= answerFrom);
  const answerable = predictions.filter((prediction) => prediction.answerable);
  const unanswerable = predictions.filter((prediction) => !prediction.answerable);
  const declined = (list: readonly Prediction[]) =>
    list.filter(({ probability }) => probability < clarifyFrom);
  return {
    calibration,
    report: {
      questions: rows.length,
      passageFound: share(
        rows.filter((row) => row.label),
        answerable,
      ),
      auroc: round(auroc(predictions)),
      calibrationError: round(expectedCalibrationError(predictions)),
      answeredWithoutPassage: share(
        answered.filter(({ label }) => !label),
        answered,
      ),
      answerableAnswered: share(
        answerable.filter(({ probability }) => probability >= answerFrom),
        answerable,
      ),
      answerableDeclined: share(declined(answerable), answerable),
      unanswerableAnswered: share(
        unanswerable.filter(({ probability }) => probability >= answerFrom),
        unanswerable,
      ),
      unanswerableDeclined: share(declined(unanswerable), unanswerable),
    },
  };
}

/** The lowest confidence from which on the share of wrong ones stays within the limit. */
function thresholdFor(predictions: readonly Prediction[], maxError: number): number {
  const sorted = [...predictions].sort((a, b) => b.probability - a.probability);
  let wrong = 0;
  let best = 0.99;
  for (const [index, { probability, label }] of sorted.entries()) {
    if (!label) wrong++;
    if (wrong / (index + 1) <= maxError) best = probability;
  }
  return best;
}

/** The confidence around which the given share is right. */
function thresholdWhere(predictions: readonly Prediction[], share: number): number {
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  const window = Math.max(20, Math.floor(sorted.length / 10));
  for (let start = 0; start + window <= sorted.length; start++) {
    const part = sorted.slice(start, start + window);
    if (part.filter(({ label }) => label).length / window >= share)
      return part[Math.floor(window / 2)]!.probability;
  }
  return 0;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
