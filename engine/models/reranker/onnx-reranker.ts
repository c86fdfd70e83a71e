// A cross-encoder from a local ONNX file, a reranker or a reader, in worker threads. The customer who has waited longest goes first.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { CallOptions } from '#core/call-options.ts';
import { turnOfNow } from '#core/customer-turn.ts';
import { chunkContext } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { type Reranker, rankByScores, type TextScore } from '#core/reranker.ts';
import { type Job, openModelThreads } from '../onnx/model-threads.ts';
import { tokensPerRun } from '../onnx/onnx-session.ts';
import { createRecentResults } from '../onnx/recent-results.ts';
import { createWaitingLine } from '../onnx/waiting-line.ts';
import type { PairsToScore, RerankingReady, RerankingWorkerData } from './reranking-worker.ts';

export interface OnnxRerankerOptions {
  /** Worker threads, each with the model loaded; the second and later start when a question has work for them. 0 = one per core. */
  readonly threads?: number;
  /** Pairs that may wait; more are refused with `busy`. The default is what two cores do in some two seconds. */
  readonly maxWaiting?: number;
  /** How long the scores of one call may take once a thread has begun; `model-timeout` after that. */
  readonly timeoutMs?: number;
}

interface ScoringJob extends Job<PairsToScore, TextScore[]> {
  /** A thread takes it. */
  begin(): void;
}

/** Of one customer's, passages go first: a ranking that is late is not used. */
const steps = { passages: 0, sentences: 1 };

// English support texts have 4 to 5 characters a token. The thread counts exactly; this only decides what goes to which thread.
const charactersPerToken = 4;

/** Share of the newest measurement in the mean time that a text takes. */
const newestShare = 0.2;

/** Words of passages read lately whose places are kept: some 300 questions, and 20 MB. */
const wordsRemembered = 300_000;

/**
 * `folder` holds `model.onnx`, `tokenizer.json` and `config.json` (see reranker-settings.ts). Rejects with `model-invalid` if it holds
 * no usable model. `close()` waits for the run in progress.
 */
export async function openOnnxReranker(
  folder: string,
  { threads = 0, maxWaiting = 1_000, timeoutMs = 5_000 }: OnnxRerankerOptions = {},
): Promise<Reranker> {
  const line = createWaitingLine<ScoringJob>();
  const maxThreads = threads > 0 ? threads : availableParallelism();
  let waiting = 0;
  let beingRead = 0;
  /** Of one text, in one thread. */
  let msPerText: number | undefined;

  const left = (jobs: readonly ScoringJob[]) => {
    for (const { work } of jobs) waiting -= work.texts.length;
    return jobs;
  };

  const pool = await openModelThreads<PairsToScore, RerankingReady, TextScore[]>({
    url: new URL(import.meta.resolve('#models/reranker/reranking-worker.ts')),
    workerData: { folder } satisfies RerankingWorkerData,
    name: 'The reranker',
    maxThreads,
    next() {
      const [job] = left(line.take({ most: () => 1, joins: () => true }));
      job?.begin();
      return job;
    },
    isCrowded: () => line.length > 1,
    rejectWaiting(error) {
      for (const job of left(line.clear())) job.reject(error);
    },
  });
  const { modelId, maxTokens, trust } = pool.ready;

  /** What would come too late takes time from what would not. With nothing ahead of it, it is tried. */
  function refuseIfLate(texts: number, withinMs: number | undefined): void {
    const ahead = waiting + beingRead;
    if (withinMs === undefined || msPerText === undefined || ahead === 0) return;
    const expectedMs = ((ahead + texts) * msPerText) / maxThreads;
    if (expectedMs > withinMs)
      throw new AppError(
        'busy',
        `The reranker has ${ahead} texts to read before; ${withinMs} ms are too short.`,
      );
  }

  async function score(
    step: number,
    { question, texts }: PairsToScore,
    { signal }: CallOptions,
  ): Promise<TextScore[]> {
    signal?.throwIfAborted();
    pool.throwIfClosed();
    if (texts.length === 0) return [];
    if (waiting + texts.length > maxWaiting) {
      throw new AppError(
        'busy',
        `The reranker has ${waiting} texts waiting; ${texts.length} more are too many.`,
      );
    }
    return new Promise((resolve, reject) => {
      const scores = new Array<TextScore>(texts.length);
      let missing = texts.length;
      const jobs: ScoringJob[] = [];
      let timer: NodeJS.Timeout | undefined;
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const stop = (reason: unknown) => {
        settle();
        left(line.remove(new Set(jobs)));
        reject(reason);
      };
      const onAbort = () => stop(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      // The time that other customers take is not the model's.
      const begin = () => {
        timer ??= setTimeout(
          () =>
            stop(
              new AppError(
                'model-timeout',
                `The reranker had no scores for ${texts.length} texts in ${timeoutMs} ms.`,
              ),
            ),
          timeoutMs,
        );
      };
      for (const positions of shares(question, texts, { maxTokens, maxThreads })) {
        let begunAt = 0;
        jobs.push({
          work: { question, texts: positions.map((position) => texts[position]!) },
          resolve(found) {
            beingRead -= positions.length;
            const took = (performance.now() - begunAt) / positions.length;
            msPerText = msPerText === undefined ? took : msPerText + newestShare * (took - msPerText);
            for (const [index, position] of positions.entries()) scores[position] = found[index]!;
            missing -= positions.length;
            if (missing > 0) return;
            settle();
            resolve(scores);
          },
          reject(reason) {
            if (begunAt > 0) beingRead -= positions.length;
            stop(reason);
          },
          begin() {
            begunAt = performance.now();
            beingRead += positions.length;
            begin();
          },
        });
      }
      line.add(jobs, { arrivedAt: turnOfNow(), step });
      waiting += texts.length;
      pool.wake();
    });
  }

  const recent = createRecentResults<TextScore[]>({
    most: wordsRemembered,
    sizeOf: (scores) => scores.reduce((sum, { words = [] }) => sum + words.length, scores.length),
  });
  return {
    modelId,
    trust,
    async rerank(query, candidates, { signal, withinMs } = {}) {
      const texts = candidates.map(({ chunk }) => chunkContext(chunk));
      const reading = recent(
        keyOf(query, texts),
        async () => {
          refuseIfLate(texts.length, withinMs);
          // To its end, also when its customer goes on without it: the next one who asks this has it at once.
          return score(steps.passages, { question: query, texts }, {});
        },
        { signal },
      );
      return rankByScores(candidates, await untilAborted(reading, signal));
    },
    async score(question, texts, options = {}) {
      const scores = await score(steps.sentences, { question, texts }, options);
      return scores.map(({ logit }) => logit);
    },
    close: pool.close,
  };
}

async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Texts that are read together go together: in a batch the scores of a quantised model depend a little on their neighbours. */
function keyOf(question: string, texts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([question, ...texts]))
    .digest('base64');
}

/**
 * Positions of texts of like length, longest first, in shares of at most one run: as many for each thread, because the scores come
 * with the last of them.
 */
function* shares(
  question: string,
  texts: readonly string[],
  { maxTokens, maxThreads }: { readonly maxTokens: number; readonly maxThreads: number },
): Generator<number[]> {
  const tokensOf = texts.map((text) =>
    Math.min(maxTokens, Math.ceil((question.length + text.length) / charactersPerToken) + 3),
  );
  const total = tokensOf.reduce((sum, tokens) => sum + tokens, 0);
  const count = maxThreads * Math.ceil(total / tokensPerRun / maxThreads);
  const order = texts.map((_, position) => position).sort((a, b) => tokensOf[b]! - tokensOf[a]!);
  for (let start = 0; start < order.length; ) {
    const length = Math.ceil(total / count / tokensOf[order[start]!]!);
    yield order.slice(start, start + length);
    start += length;
  }
}
