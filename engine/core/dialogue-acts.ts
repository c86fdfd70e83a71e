// What a customer's message does, as a classifier tells it from the words alone. Where the conversation stands is not its affair.

/** `pick-…` and `yes` are replies to a list of topics. */
export const dialogueActs = [
  'question',
  'greeting',
  'thanks',
  'goodbye',
  'person',
  'unhelped',
  'anger',
  'attack',
  'address',
  'pick-first',
  'pick-second',
  'pick-third',
  'pick-last',
  'pick-all',
  'pick-none',
  'yes',
] as const;

export type DialogueAct = (typeof dialogueActs)[number];

export interface ActGuess {
  readonly act: DialogueAct;
  /** 0 to 1. */
  readonly probability: number;
  /** Guesses of this act with this probability were right often enough to act on. Always true for `question`. */
  readonly sure: boolean;
}

export interface ActClassifier {
  /** Reads the beginning and the end of a long text, so its time is bounded. */
  classify(text: string): ActGuess;
}
