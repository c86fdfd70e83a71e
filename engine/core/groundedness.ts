// How far passages support what an answer says, sentence by sentence. The score itself is behind an interface: models/groundedness has it.
import type { CallOptions } from './call-options.ts';
import { citedSentences } from './cited-sentences.ts';
import type { Citation } from './conversation.ts';

export interface GroundednessScorer {
  /** Probability, 0 to 1, that the passage supports the sentence; from `groundedFrom` on the sentence counts as grounded. */
  score(sentence: string, passage: string, options?: CallOptions): Promise<number>;
}

export const groundedFrom = 0.5;

export interface SentenceGroundedness {
  readonly text: string;
  /** Numbers of the citations that stand for it. */
  readonly citations: readonly number[];
  /** 0 to 1, of the cited passage that supports it best; 0 where nothing is cited. */
  readonly groundedness: number;
}

/** Of each sentence that claims something, in order. */
export async function groundednessOfSentences(
  { text, citations }: { readonly text: string; readonly citations: readonly Citation[] },
  scorer: GroundednessScorer,
  options: CallOptions = {},
): Promise<SentenceGroundedness[]> {
  const sentences: SentenceGroundedness[] = [];
  for (const sentence of citedSentences(text)) {
    const passages = citations.filter(({ number }) => sentence.citations.includes(number));
    const scores = await Promise.all(
      passages.map(({ quote }) => scorer.score(sentence.text, quote, options)),
    );
    sentences.push({ ...sentence, groundedness: Math.max(0, ...scores) });
  }
  return sentences;
}
