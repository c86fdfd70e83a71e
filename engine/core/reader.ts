// The port of a model that reads a question together with passages: whether a passage answers it, and with which of its words.
import type { CallOptions } from './call-options.ts';

export interface Reader {
  /** Names model and weights, e.g. `answerdesk-reader-1@3fa9c1d2`. */
  readonly id: string;
  /** One reading for each passage, in order. Rejects with the reason of the signal, as soon as it is aborted. */
  read(question: string, passages: readonly string[], options?: CallOptions): Promise<readonly Reading[]>;
}

export interface Reading {
  /** Logit that the passage answers the question: without bounds, 0 = as likely as not, comparable between questions. */
  readonly answers: number;
  /** In order, without overlaps; what lies behind the model's limit has none. */
  readonly tokens: readonly ReadToken[];
}

export interface ReadToken {
  /** Offsets in UTF-16 code units of the passage as it was given. */
  readonly start: number;
  readonly end: number;
  /** Probability, 0 to 1, that the token belongs to the answer. */
  readonly belongs: number;
}

/** Mean probability of the characters from `start` to `end` that the model has read; undefined where it has read none of them. */
export function belongsWithin({ tokens }: Reading, start: number, end: number): number | undefined {
  let characters = 0;
  let sum = 0;
  for (const token of tokens) {
    const shared = Math.min(end, token.end) - Math.max(start, token.start);
    if (shared <= 0) continue;
    characters += shared;
    sum += shared * token.belongs;
  }
  return characters === 0 ? undefined : sum / characters;
}
