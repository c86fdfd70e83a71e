// An Answer that streams what it is told, and keeps what it was asked: for tests of everything around answering.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AnswerRequest } from '../answer.ts';

export interface AnswerScript {
  readonly deltas: readonly string[];
  readonly delayMs?: number;
  /** Thrown behind the deltas, as a defect of answer() would be. */
  readonly failure?: Error;
  /** Holds the answer back behind its first delta until it resolves. */
  readonly gate?: Promise<void>;
  /** Awaited before each delta: how fast the answer goes is up to the test. */
  readonly pace?: (index: number) => Promise<void>;
  /** Like code that does not look at its signal. */
  readonly deaf?: boolean;
}

export interface ScriptedAnswer {
  readonly answer: Answer;
  readonly requests: AnswerRequest[];
  readonly signals: AbortSignal[];
}

/** `script` may depend on the request: what a real model does with another question. */
export function scriptedAnswer(
  script: AnswerScript | ((request: AnswerRequest) => AnswerScript),
): ScriptedAnswer {
  const requests: AnswerRequest[] = [];
  const signals: AbortSignal[] = [];
  return {
    requests,
    signals,
    async *answer(request, { signal } = {}) {
      requests.push(request);
      if (signal) signals.push(signal);
      const { deltas, delayMs, failure, gate, pace, deaf } =
        typeof script === 'function' ? script(request) : script;
      const { messageId, replyTo } = request;
      const stopped = new Promise<never>((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
      stopped.catch(() => {});
      yield { type: 'answer-start', messageId, replyTo };
      for (const [index, text] of deltas.entries()) {
        if (delayMs) await sleep(delayMs, undefined, deaf || !signal ? {} : { signal });
        await pace?.(index);
        if (index === 1 && gate !== undefined) await (deaf ? gate : Promise.race([gate, stopped]));
        yield { type: 'answer-delta', messageId, text };
      }
      if (failure) throw failure;
      const message = {
        id: messageId,
        author: 'bot',
        text: deltas.join(''),
        createdAt: new Date().toISOString(),
      } as const;
      yield { type: 'answer-end', message: { ...message, replyTo, decision: 'answer' }, reason: 'complete' };
    },
  };
}
