import type { QueryVector } from './embedder.ts';

/** What one text most probably asks for. */
export interface IntentGuess {
  readonly label: string;
  /** 0 to 1, calibrated: of the guesses with 0.8, about eight in ten are right for texts like those it was trained on. */
  readonly probability: number;
  /** Probability of every class; the sum is 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** How much the text resembles anything the classifier knows; unbounded, higher is more alike. */
  readonly familiarity: number;
  /** False when it resembles the known texts less than nearly all of them do each other: it may belong to no class. */
  readonly familiar: boolean;
  /** True when guesses of this class with this probability were right often enough to act on (`precision` of the training). */
  readonly sure: boolean;
}

export interface IntentClassifier {
  readonly labels: readonly string[];
  /** `vector` is the text's. Undefined for a text of white space, and for a vector of another embedder than it was trained with. */
  classify(text: string, vector: QueryVector): IntentGuess | undefined;
}
