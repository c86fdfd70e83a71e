// Scores a sample of live answers for Prometheus, with the groundedness score of the evals. Customers do not wait for it: it scores one
// answer at a time, only while no answer is being written, and never lets more than a few wait. It keeps and logs no text.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '#core/conversation.ts';
import { inNobodysTurn } from '#core/customer-turn.ts';
import { isAbortError } from '#core/errors.ts';
import { type GroundednessScorer, groundedFrom, groundednessOfSentences } from '#core/groundedness.ts';
import type { Answer } from '../answer.ts';

/** For metrics. No text passes through here. */
export interface QualityObserver {
  scored?(sentences: { readonly supported: number; readonly total: number }): void;
  /** Drawn, but as many as are allowed wait already. */
  dropped?(): void;
  failed?(error: unknown): void;
}

export interface AnswerQualityOptions {
  readonly scorer: GroundednessScorer;
  /** Share of the answers that is drawn, 0 to 1. */
  readonly share: number;
  /** Answers are being written: the embedder is theirs. */
  readonly busy?: () => boolean;
  readonly observer?: QualityObserver;
  /** Answers that may wait to be scored. */
  readonly waiting?: number;
  readonly random?: () => number;
  readonly pollMs?: number;
}

export interface AnswerQuality extends AsyncDisposable {
  /** The same answers, some of which are scored afterwards. */
  watch(answer: Answer): Answer;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

/** Closing it forgets what still waits. */
export function createAnswerQuality({
  scorer,
  share,
  busy = () => false,
  observer = {},
  waiting: most = 20,
  random = Math.random,
  pollMs = 250,
}: AnswerQualityOptions): AnswerQuality {
  const waiting: Message[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  let working: Promise<void> | undefined;

  function offer(message: Message): void {
    // What the team wrote is not the desk's to support.
    if (message.model?.name === 'card') return;
    if (signal.aborted || message.decision !== 'answer' || random() >= share) return;
    if (waiting.length >= most) return void observer.dropped?.();
    waiting.push(message);
    working ??= inNobodysTurn(work).finally(() => {
      working = undefined;
    });
  }

  async function work(): Promise<void> {
    try {
      for (;;) {
        do await sleep(pollMs, undefined, { signal, ref: false });
        while (busy());
        const message = waiting.shift();
        if (!message) return;
        await score(message);
      }
    } catch (thrown) {
      if (!isAbortError(thrown)) observer.failed?.(thrown);
    }
  }

  async function score({ text, citations = [] }: Message): Promise<void> {
    try {
      const sentences = await groundednessOfSentences({ text, citations }, scorer, { signal });
      const supported = sentences.filter(({ groundedness }) => groundedness >= groundedFrom).length;
      if (sentences.length > 0) observer.scored?.({ supported, total: sentences.length });
    } catch (thrown) {
      if (isAbortError(thrown)) throw thrown;
      observer.failed?.(thrown);
    }
  }

  return {
    watch: (answer) =>
      async function* (request, options) {
        for await (const event of answer(request, options)) {
          if (event.type === 'answer-end' && event.reason === 'complete') offer(event.message);
          yield event;
        }
      },
    async settled() {
      while (working !== undefined) await working;
    },
    async [Symbol.asyncDispose]() {
      controller.abort();
      waiting.length = 0;
      await working;
    },
  };
}
