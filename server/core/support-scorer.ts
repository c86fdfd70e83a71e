// How far passages support what an answer says, sentence by sentence. The score itself is behind an interface: server/rag has it.
import type { CallOptions } from './call-options.ts';
import { citedSentences } from './cited-sentences.ts';
import type { Citation } from './conversation.ts';

export interface SupportScorer {
  /** Probability, 0 to 1, that the passage supports the sentence; from `supportedFrom` on it counts as supported. */
  score(sentence: string, passage: string, options?: CallOptions): Promise<number>;
}

export const supportedFrom = 0.5;

export interface SentenceSupport {
  readonly text: string;
  /** Numbers of the citations that stand for it. */
  readonly citations: readonly number[];
  /** 0 to 1, of the cited passage that supports it best; 0 where nothing is cited. */
  readonly support: number;
}

/** Of each sentence that claims something, in order. */
export async function supportOfSentences(
  { text, citations }: { readonly text: string; readonly citations: readonly Citation[] },
  scorer: SupportScorer,
  options: CallOptions = {},
): Promise<SentenceSupport[]> {
  const sentences: SentenceSupport[] = [];
  for (const sentence of citedSentences(text)) {
    const passages = citations.filter(({ number }) => sentence.citations.includes(number));
    const scores = await Promise.all(
      passages.map(({ quote }) => scorer.score(sentence.text, quote, options)),
    );
    sentences.push({ ...sentence, support: Math.max(0, ...scores) });
  }
  return sentences;
}
