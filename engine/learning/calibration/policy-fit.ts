// Fits when the desk answers, asks back or declines: for `answerdesk calibrate`, which writes what the chat policy reads, and for the suite
// `abstention`, which fits on one half of the cases and measures on the other. A question counts as answerable when the passages that a
// chat model would be given hold a gold document: the policy must know what retrieval found, not what exists.

import { evidenceFeatures, type FeatureName, featureNames } from '#chat/decide/evidence-features.ts';
import type { Calibration, ErrorBudget, PolicyFit } from '#chat/decide/policy.ts';
import { usablePassages } from '#chat/decide/usable-passages.ts';
import { condense } from '#chat/understand/condense.ts';
import { dangerIn } from '#chat/understand/danger.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ChunkFilter } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { Retriever } from '#core/retriever.ts';
import { type FileTurn, toTurns } from '#core/turns.ts';
import { asTheDesk, shippedReader } from '../dialogue-acts/shipped-reader.ts';
import type { Prediction } from '../metrics/classification.ts';
import { thresholdWithin } from './conformal-risk.ts';
import { fitStandardizedLogistic, type LabelledRow, predictLogistic } from './logistic-regression.ts';

/** Passages retrieved, and given to a chat model, as in engine/chat/answer.ts. */
const passagesRetrieved = 10;
export const passagesGiven = 5;
const folds = 5;
/** With fewer groups, a model fitted on the others would be fitted on too little: folds of single questions then. */
const fewestGroups = 3;
/** Flat from 1 to 10 on held-out help centres. */
const l2 = 3;
/** With fewer questions a fit would say little. */
export const fewestQuestions = 50;
/** Of all questions, at most this share is answered although the passages do not hold the answer. */
export const defaultErrorBudget = 0.15;
/** The promises that a fit is written with, for an operator to choose from. */
const budgets = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25] as const;

/** What the policy sees of a question, and whether it should answer. */
export interface Evidence extends LabelledRow {
  /** An article answers it, found or not. */
  readonly answerable: boolean;
  /** The knowledge base that was asked: each is predicted by a model fitted on the others, if there are enough. */
  readonly group?: string | undefined;
  /** What kind of unanswerable question it is, such as `near-miss`. */
  readonly stratum?: string | undefined;
}

/** Undefined where the policy decides before anything is looked up. */
export async function evidenceOf(
  { turns, gold }: { readonly turns: readonly FileTurn[]; readonly gold: readonly string[] },
  knowledge: Retriever,
  { filter = { audiences: ['customer'] }, signal }: CallOptions & { readonly filter?: ChunkFilter } = {},
): Promise<Evidence | undefined> {
  const last = turns.at(-1)!.text;
  if (dangerIn(last) || shippedReader().read(last).act !== 'question') return undefined;
  const { query, context } = condense(toTurns(turns), asTheDesk).search;
  const found = await knowledge.retrieve(query, { k: passagesRetrieved, filter, context, signal });
  const passages = usablePassages(found);
  const features = evidenceFeatures(passages, last);
  return {
    features: featureNames.map((name) => features[name]),
    label: passages.slice(0, passagesGiven).some(({ chunk }) => gold.includes(chunk.documentId)),
    answerable: gold.length > 0,
  };
}

export interface PolicyPrediction extends Prediction {
  readonly answerable: boolean;
  readonly group?: string | undefined;
  readonly stratum?: string | undefined;
}

/** What a fitted policy thinks of questions. */
export function predictEvidence(
  rows: readonly Evidence[],
  { coefficients, intercept }: Pick<PolicyFit, 'coefficients' | 'intercept'>,
): PolicyPrediction[] {
  const model = { coefficients: featureNames.map((name) => coefficients[name]), intercept };
  return rows.map(({ features, ...rest }) => ({ ...rest, probability: predictLogistic(model, features) }));
}

export interface FitOptions {
  /** Id of the embedder. */
  readonly embedder: string;
  /** Share of all questions that may be answered wrongly; default `defaultErrorBudget`. */
  readonly errorBudget?: number;
}

export interface FittedPolicy {
  readonly calibration: Calibration;
  /** Each question by a model that had not seen it, nor any other question to the same knowledge base if there are three or more. */
  readonly predictions: readonly PolicyPrediction[];
  /** Share of all questions that the thresholds would answer wrongly, at most. */
  readonly errorBudget: number;
}

/** Throws `bad-input` where there are too few questions, all alike, or too few for the budget. */
export function fitPolicy(
  rows: readonly Evidence[],
  { embedder, errorBudget = defaultErrorBudget }: FitOptions,
): FittedPolicy {
  if (rows.length < fewestQuestions || rows.every((row) => row.label) || !rows.some((row) => row.label)) {
    throw new AppError(
      'bad-input',
      `${rows.length} questions are too few, or all alike: at least ${fewestQuestions}, answerable and unanswerable ones, are needed.`,
    );
  }
  const predictions = crossPredict(rows);
  const answerFrom = roundUp(thresholdOrThrow(predictions, errorBudget));
  // Below this, a list of articles to choose from would hold the right one less often than two times in five.
  const clarifyFrom = Math.min(answerFrom, thresholdWhere(predictions, 0.4));
  const model = fitStandardizedLogistic(rows, { l2 });
  return {
    calibration: {
      embedder,
      coefficients: Object.fromEntries(
        featureNames.map((name, index) => [name, round(model.coefficients[index]!)]),
      ) as Record<FeatureName, number>,
      intercept: round(model.intercept),
      answerFrom,
      clarifyFrom: round(clarifyFrom),
      errorBudgets: budgets.flatMap((budget) => budgetRow(predictions, budget) ?? []),
    },
    predictions,
    errorBudget,
  };
}

/** `without`: features that the model is not to use. */
export function crossPredict(
  rows: readonly Evidence[],
  { without = [] }: { readonly without?: readonly FeatureName[] } = {},
): PolicyPrediction[] {
  const left = new Set(without.map((name) => featureNames.indexOf(name)));
  const known = rows.map((row) => ({
    ...row,
    features: row.features.map((value, index) => (left.has(index) ? 0 : value)),
  }));
  const groups = new Set(rows.map(({ group }) => group));
  const foldOf =
    groups.size >= fewestGroups
      ? ({ group }: Evidence) => group
      : (_row: Evidence, index: number) => String(index % folds);
  const foldNames = known.map(foldOf);
  const models = new Map(
    [...new Set(foldNames)].map((fold) => [
      fold,
      fitStandardizedLogistic(
        known.filter((_row, index) => foldNames[index] !== fold),
        { l2 },
      ),
    ]),
  );
  return known.map(({ features, ...rest }, index) => ({
    ...rest,
    probability: predictLogistic(models.get(foldNames[index])!, features),
  }));
}

function thresholdOrThrow(predictions: readonly PolicyPrediction[], budget: number): number {
  const threshold = thresholdWithin(predictions, budget);
  if (threshold !== undefined) return threshold;
  throw new AppError(
    'bad-input',
    `An error budget of ${budget} cannot be promised from ${predictions.length} questions: allow more errors, or add questions (at least ${Math.ceil(1 / budget)} that count alike).`,
  );
}

function budgetRow(predictions: readonly PolicyPrediction[], budget: number): ErrorBudget | undefined {
  const threshold = thresholdWithin(predictions, budget);
  if (threshold === undefined) return undefined;
  const answerFrom = roundUp(threshold);
  const answered = (list: readonly PolicyPrediction[]) =>
    round(weightOf(list.filter(({ probability }) => probability >= answerFrom)) / (weightOf(list) || 1));
  return {
    budget,
    answerFrom,
    coverage: answered(predictions),
    answerableAnswered: answered(predictions.filter(({ answerable }) => answerable)),
  };
}

export function weightOf(rows: readonly { readonly weight?: number | undefined }[]): number {
  return rows.reduce((sum, { weight = 1 }) => sum + weight, 0);
}

/** The confidence around which the given share is right. */
function thresholdWhere(predictions: readonly PolicyPrediction[], share: number): number {
  const sorted = predictions.toSorted((a, b) => a.probability - b.probability);
  const window = Math.max(20, Math.floor(sorted.length / 10));
  for (let start = 0; start + window <= sorted.length; start++) {
    const part = sorted.slice(start, start + window);
    if (weightOf(part.filter(({ label }) => label)) / weightOf(part) >= share)
      return part[Math.floor(window / 2)]!.probability;
  }
  return 0;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** A threshold rounded down would let through what it should not. */
function roundUp(value: number): number {
  return Math.min(1, Math.ceil(value * 10_000) / 10_000);
}
