import type { CallOptions } from './call-options.ts';
import { type Chunk, chunkContext, type ReadWord, type ScoredChunk } from './document.ts';
import type { AppError } from './errors.ts';
import { offsetsWithMarkup, withoutMarkup } from './inline-markup.ts';

/**
 * Reads a question and a text together and says whether the text answers it: slower than comparing vectors, and better. Scores are
 * logits: finite, without bounds, higher = answers, and comparable between questions.
 *
 * All methods reject with the reason of the signal, as soon as it is aborted; with `busy` when too much waits already, with
 * `model-timeout` when the scores take too long, with `model-invalid` when the model gives something that is no score.
 */
export interface Reranker {
  /** Names model and weights, e.g. `answerdesk-reranker-1@3fa9c1d2`. */
  readonly modelId: string;
  readonly trust: RerankerTrust;
  /**
   * The same candidates, best first, equal ones in the order given. Each has the logit as `evidence.rerank` and as `score`; chunks
   * are the objects given. One that also reads, a reader, says in `reading` which words belong to the answer.
   */
  rerank(query: string, candidates: readonly ScoredChunk[], options?: RerankOptions): Promise<ScoredChunk[]>;
  /** One logit for each text, in order: whether this text answers the question. */
  score(question: string, texts: readonly string[], options?: CallOptions): Promise<number[]>;
  close(): Promise<void>;
}

export interface RerankOptions extends CallOptions {
  /** Milliseconds; `busy` at once if what waits already leaves no hope of it. */
  readonly withinMs?: number | undefined;
}

/** Of one text that was read with a question: whether it answers, as a logit, and from a reader also what each word has to do with it. */
export interface TextScore {
  readonly logit: number;
  readonly words?: readonly ReadWord[];
}

/** Candidates with the score of their context (`chunkContext`), best first. */
export function rankByScores(
  candidates: readonly ScoredChunk[],
  scores: readonly TextScore[],
): ScoredChunk[] {
  return candidates
    .map(({ chunk, evidence }, index) => {
      const { logit, words } = scores[index]!;
      const reading = words && wordsOfText(words, chunk);
      return {
        chunk,
        score: logit,
        evidence: { ...evidence, rerank: logit },
        ...(reading ? { reading } : {}),
      };
    })
    .sort((a, b) => b.score - a.score);
}

/** The model read the text behind its titles, and without the markup. */
function wordsOfText(words: readonly ReadWord[], chunk: Chunk): ReadWord[] {
  const start = chunkContext(chunk).length - withoutMarkup(chunk.text).length;
  const inText = offsetsWithMarkup(chunk.text);
  return words
    .filter((word) => word.start >= start)
    .map((word) => ({ ...word, start: inText(word.start - start), end: inText(word.end - start - 1) + 1 }));
}

/** What the scores of a model are worth beside what else is known; measured with the model (`npm run tune-reranker`). */
export interface RerankerTrust {
  /** The sigmoid of a logit divided by this is its probability: higher leaves more room between two good texts. */
  readonly temperature: number;
  /** Of the probability in the final score of a passage, 0 to 1; the search's score, 0 to 1, has the rest. */
  readonly passageWeight: number;
  /** Of the probability in the score of a sentence, 0 and up; the cosine's is 1. 0 = it is not asked about sentences. */
  readonly sentenceWeight: number;
  /** Passages of a question that it reads at most; 20 where it does not say. A deeper model takes longer for each. */
  readonly depth?: number;
}

/** For metrics and logs. No text of a customer passes through here. */
export interface RerankObserver {
  reranked?(rerank: RerankReport): void;
  /** What went wrong; the customer got the order of the first stage, or of what was read until then. */
  failed?(error: AppError): void;
}

export interface RerankReport {
  /** `complete`: all were read; `sure`: it stopped early; `late`: the deadline was over, or would have been; `failed`. */
  readonly outcome: 'complete' | 'sure' | 'late' | 'failed';
  readonly durationMs: number;
  /** Passages found among the first `depth`, and those read. */
  readonly candidates: number;
  readonly read: number;
}
