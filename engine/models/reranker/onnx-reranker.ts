// A cross-encoder from a local ONNX file, a reranker or a reader, in worker threads. Pairs wait in two queues: passages to rank go before sentences to choose
// from, because a ranking that is late is not used.
import { availableParallelism } from 'node:os';
import type { CallOptions } from '#core/call-options.ts';
import { chunkContext } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { type Reranker, rankByScores, type TextScore } from '#core/reranker.ts';
import { type Job, openModelThreads } from '../onnx/model-threads.ts';
import { tokensPerRun } from '../onnx/onnx-session.ts';
import type { PairsToScore, RerankingReady, RerankingWorkerData } from './reranking-worker.ts';

export interface OnnxRerankerOptions {
  /** Worker threads, each with the model loaded; the second and later start when a question has work for them. 0 = one per core. */
  readonly threads?: number;
  /** Pairs that may wait; more are refused with `busy`. The default is what two cores do in some two seconds. */
  readonly maxWaiting?: number;
  /** How long the scores of one call may take, waiting included; `model-timeout` after that. */
  readonly timeoutMs?: number;
}

type ScoringJob = Job<PairsToScore, TextScore[]>;

// English support texts have 4 to 5 characters a token. The thread counts exactly; this only decides what goes to which thread.
const charactersPerToken = 4;

/**
 * `folder` holds `model.onnx`, `tokenizer.json` and `config.json` (see reranker-settings.ts). Rejects with `model-invalid` if it holds
 * no usable model. `close()` waits for the run in progress.
 */
export async function openOnnxReranker(
  folder: string,
  { threads = 0, maxWaiting = 1_000, timeoutMs = 5_000 }: OnnxRerankerOptions = {},
): Promise<Reranker> {
  const passages: ScoringJob[] = [];
  const sentences: ScoringJob[] = [];
  const queues = [passages, sentences];
  const maxThreads = threads > 0 ? threads : availableParallelism();
  let waiting = 0;

  function remove(jobs: Iterable<ScoringJob>): void {
    for (const job of jobs) {
      for (const queue of queues) {
        const at = queue.indexOf(job);
        if (at === -1) continue;
        queue.splice(at, 1);
        waiting -= job.work.texts.length;
      }
    }
  }

  const pool = await openModelThreads<PairsToScore, RerankingReady, TextScore[]>({
    url: new URL(import.meta.resolve('#models/reranker/reranking-worker.ts')),
    workerData: { folder } satisfies RerankingWorkerData,
    name: 'The reranker',
    maxThreads,
    next() {
      const job = passages[0] ?? sentences[0];
      if (job) remove([job]);
      return job;
    },
    isCrowded: () => passages.length + sentences.length > 1,
    rejectWaiting(error) {
      const all = queues.flat();
      remove(all);
      for (const job of all) job.reject(error);
    },
  });
  const { modelId, maxTokens, trust } = pool.ready;

  async function score(
    queue: ScoringJob[],
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
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const stop = (reason: unknown) => {
        settle();
        remove(jobs);
        reject(reason);
      };
      const onAbort = () => stop(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(
        () =>
          stop(
            new AppError(
              'model-timeout',
              `The reranker had no scores for ${texts.length} texts in ${timeoutMs} ms.`,
            ),
          ),
        timeoutMs,
      );
      for (const positions of shares(question, texts, { maxTokens, maxThreads })) {
        jobs.push({
          work: { question, texts: positions.map((position) => texts[position]!) },
          resolve(found) {
            for (const [index, position] of positions.entries()) scores[position] = found[index]!;
            missing -= positions.length;
            if (missing > 0) return;
            settle();
            resolve(scores);
          },
          reject: stop,
        });
      }
      queue.push(...jobs);
      waiting += texts.length;
      pool.wake();
    });
  }

  return {
    modelId,
    trust,
    async rerank(query, candidates, options = {}) {
      const texts = candidates.map(({ chunk }) => chunkContext(chunk));
      const scores = await score(passages, { question: query, texts }, options);
      return rankByScores(candidates, scores);
    },
    async score(question, texts, options = {}) {
      const scores = await score(sentences, { question, texts }, options);
      return scores.map(({ logit }) => logit);
    },
    close: pool.close,
  };
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
