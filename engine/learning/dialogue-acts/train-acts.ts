// Fits the classifier of dialogue acts. Thresholds come from cross-validation, so that no phrase judges a model that has seen it.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type DialogueAct, dialogueActs } from '#core/dialogue-acts.ts';
import { type ActFeatures, actFeatures } from '#models/dialogue-acts/act-features.ts';
import { type ActModel, likeliest, scoreActs } from '#models/dialogue-acts/act-model.ts';
import { stratifiedFolds } from '../intents/stratified-folds.ts';
import { randomFrom } from '../metrics/random.ts';
import { composeMessages } from './compose-messages.ts';
import type { Phrase } from './phrases.ts';

export interface TrainActsOptions {
  readonly buckets?: number;
  readonly epochs?: number;
  readonly folds?: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** What a model that had not seen the phrase guessed. */
export interface HeldOutAct {
  readonly phrase: Phrase;
  readonly guessed: DialogueAct;
  readonly probability: number;
}

export interface TrainedActs {
  readonly model: ActModel;
  readonly heldOut: readonly HeldOutAct[];
}

/** Share of right guesses from which on an act is acted on. */
const precision = 0.9;
/** Of the questions, which are hard ones by choice, at most these are taken for one and the same act. */
const questionsTakenShare = 0.002;
/**
 * Acts for which more may be. "Still nothing" counts only after a reply, and is asked about then: a mistake costs a turn, not the answer. And
 * to be kept from a person is worse than to be offered one.
 */
const moreTakenShare: Partial<Record<DialogueAct, number>> = { unhelped: 0.006, person: 0.005 };
/** No act is taken for sure below this, however clean its phrases are: customers ask more than any list of questions holds. */
const leastProbability = 0.6;

export async function trainActs(
  phrases: readonly Phrase[],
  { buckets = 1 << 15, epochs = 6, folds = 2, signal, progress }: TrainActsOptions = {},
): Promise<TrainedActs> {
  const acts = dialogueActs.filter((act) => phrases.some((phrase) => phrase.act === act));
  const foldOf = stratifiedFolds(
    phrases.map(({ act, language }) => `${language} ${act}`),
    folds,
  );
  const heldOut: HeldOutAct[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const fitted = await fitWeights(
      phrases.filter((_, row) => foldOf[row] !== fold),
      { acts, buckets, epochs, signal },
    );
    for (const [row, phrase] of phrases.entries()) {
      if (foldOf[row] !== fold) continue;
      const { column, probability } = likeliest(scoreActs(fitted, actFeatures(phrase.text, buckets)));
      heldOut.push({ phrase, guessed: acts[column]!, probability });
    }
    progress?.(fold + 1, folds + 1);
  }
  const fitted = await fitWeights(phrases, { acts, buckets, epochs, signal });
  progress?.(1, 1);
  const sureFrom = Object.fromEntries(
    acts.filter((act) => act !== 'question').map((act) => [act, sureFromOf(act, heldOut)]),
  );
  const hash = createHash('sha256');
  for (const { text, act, language } of phrases) hash.update(JSON.stringify([text, act, language]));
  const training = { phrases: phrases.length, data: hash.digest('hex'), epochs };
  return { model: { ...fitted, sureFrom, training }, heldOut };
}

/**
 * The lowest probability from which on nearly no question is taken for this act, and most guesses are right. To take thanks for a goodbye
 * costs little; a question that is not looked up costs the answer.
 */
function sureFromOf(act: DialogueAct, heldOut: readonly HeldOutAct[]): number {
  const questions = heldOut.filter(({ phrase }) => phrase.act === 'question').length;
  const guesses = heldOut
    .filter(({ guessed }) => guessed === act)
    .sort((a, b) => b.probability - a.probability);
  const mostTaken = questions * (moreTakenShare[act] ?? questionsTakenShare);
  let right = 0;
  let questionsTaken = 0;
  let from = 1;
  for (const [index, { phrase, probability }] of guesses.entries()) {
    if (phrase.act === act) right++;
    if (phrase.act === 'question') questionsTaken++;
    if (questionsTaken > mostTaken) break;
    if (right >= (index + 1) * precision) from = probability;
  }
  return Math.max(from, leastProbability);
}

/** Step sizes. */
const rate = 0.3;
const biasRate = 0.01;

interface FitOptions {
  readonly acts: readonly DialogueAct[];
  readonly buckets: number;
  readonly epochs: number;
  readonly signal: AbortSignal | undefined;
}

async function fitWeights(
  phrases: readonly Phrase[],
  { acts, buckets, epochs, signal }: FitOptions,
): Promise<Pick<ActModel, 'acts' | 'buckets' | 'weights' | 'biases'>> {
  const messages = composeMessages(phrases);
  const rows = messages.map(({ text }) => actFeatures(text, buckets));
  const targets = messages.map(({ act }) => acts.indexOf(act));
  const descent = createDescent(buckets, acts.length);
  const order = rows.map((_, row) => row);
  const random = randomFrom(1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    signal?.throwIfAborted();
    for (let index = order.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    for (const row of order) descent.step(rows[row]!, targets[row]!);
    await setImmediate();
  }
  return { acts, buckets, weights: descent.weights, biases: [...descent.biases] };
}

/** The step of a weight shrinks with the gradients it has seen (AdaGrad: Duchi et al., 2011), so rare pieces learn as fast as common ones. */
function createDescent(buckets: number, count: number) {
  const weights = new Float32Array(buckets * count);
  const seen = new Float32Array(buckets * count).fill(1e-4);
  const biases = new Float32Array(count);
  const errors = new Float64Array(count);
  return {
    weights,
    biases,
    step({ buckets: rows, values }: ActFeatures, target: number): void {
      for (let column = 0; column < count; column++) errors[column] = biases[column]!;
      for (let index = 0; index < rows.length; index++) {
        const from = rows[index]! * count;
        const value = values[index]!;
        for (let column = 0; column < count; column++) errors[column]! += weights[from + column]! * value;
      }
      let highest = Number.NEGATIVE_INFINITY;
      for (let column = 0; column < count; column++) highest = Math.max(highest, errors[column]!);
      let sum = 0;
      for (let column = 0; column < count; column++) sum += Math.exp(errors[column]! - highest);
      for (let column = 0; column < count; column++) {
        errors[column] = Math.exp(errors[column]! - highest) / sum - (column === target ? 1 : 0);
        biases[column]! -= biasRate * errors[column]!;
      }
      for (let index = 0; index < rows.length; index++) {
        const from = rows[index]! * count;
        const value = values[index]!;
        for (let column = 0; column < count; column++) {
          const gradient = errors[column]! * value;
          const at = from + column;
          seen[at]! += gradient * gradient;
          weights[at]! -= (rate * gradient) / Math.sqrt(seen[at]!);
        }
      }
    },
  };
}
