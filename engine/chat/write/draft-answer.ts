// What a chat model writes, sentence by sentence, each checked before anybody sees it: queue, circuit breaker, spending cap, time-outs,
// cap on length, guard. It says how it ended, and never throws but for the signal.
import { finishOf, type WritingModel } from '#core/chat-model.ts';
import type { FallbackReason } from '#core/conversation.ts';
import { type AppError, retryAfterOf, toAppError } from '#core/errors.ts';
import type { Reservation, Spending } from '#core/spending.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { GuardVerdict, OpenGuard } from './guard-sentences.ts';
import type { ModelQueue } from './model-queue.ts';
import type { Prompt } from './prompt.ts';
import { type StreamTimeouts, timedStream } from './timed-stream.ts';

export interface DraftDependencies {
  readonly model: WritingModel;
  readonly timeouts: StreamTimeouts;
  readonly queue: ModelQueue;
  readonly breaker: CircuitBreaker;
  /** Absent: it may cost what it likes. */
  readonly spending?: Spending;
  readonly openGuard: OpenGuard;
}

export type DraftPiece =
  /** 1: next. */
  | { readonly type: 'place'; readonly place: number }
  /** Supported, with citations `[n]` of the prompt's passages. */
  | { readonly type: 'text'; readonly text: string };

export interface DraftEnd {
  /** `written`: the model came to its end, or to its cap. `broken`: it stopped in the middle. Else it wrote nothing. */
  readonly outcome: 'written' | 'broken' | Exclude<FallbackReason, 'unsupported' | 'incomplete'>;
  readonly verdict?: GuardVerdict;
  readonly error?: AppError;
}

/** UTF-16 code units of an answer for each token of its cap; more is a server that does not keep to it. */
const charactersPerToken = 8;

export async function* draftAnswer(
  { messages, passages, tokens, answerLength }: Prompt,
  { model, timeouts, queue, breaker, spending, openGuard }: DraftDependencies,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<DraftPiece, DraftEnd> {
  const place = queue.enter(signal);
  if (!place) return { outcome: 'busy' };
  let reservation: Reservation | undefined;
  let written = 0;
  let isDecided = false;
  let isAsked = false;
  const guard = openGuard(passages, { signal });
  try {
    for (let ahead = place.ahead; ahead > 0; ahead = place.ahead) {
      yield { type: 'place', place: ahead };
      while (place.ahead === ahead) await place.moved();
    }
    if (!breaker.allows()) return { outcome: 'resting' };
    isAsked = true;
    reservation = await spending?.reserve({ input: tokens, output: model.maxTokens });
    if (spending && !reservation) return { outcome: 'spent' };
    const stream = timedStream((own) => model.model.stream([...messages], { signal: own }), timeouts, {
      signal,
      isProgress: ({ text }) => text.length > 0,
    });
    const most = Math.min(answerLength, model.maxTokens * charactersPerToken);
    let finish: 'stop' | 'length' | undefined;
    for await (const chunk of stream) {
      finish = finishOf(chunk) ?? finish;
      const piece = chunk.text.slice(0, most - written);
      written += piece.length;
      if (piece.length > 0) {
        const text = await guard.push(piece);
        if (text.length > 0) yield { type: 'text', text };
      }
      if (written >= most || guard.verdict.isStuck) {
        finish = 'length';
        break;
      }
    }
    const text = await guard.end(finish === 'stop');
    if (text.length > 0) yield { type: 'text', text };
    isDecided = true;
    if (finish === undefined) {
      breaker.failed();
      return { outcome: 'broken', verdict: guard.verdict };
    }
    breaker.succeeded();
    return { outcome: 'written', verdict: guard.verdict };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    isDecided = true;
    breaker.failed(retryAfterOf(thrown));
    const error = toAppError(thrown);
    return guard.verdict.kept > 0
      ? { outcome: 'broken', verdict: guard.verdict, error }
      : { outcome: 'failed', error };
  } finally {
    place.leave();
    if (isAsked && !isDecided) breaker.undecided();
    // What cannot be given back stays counted.
    await reservation
      ?.settle({ input: tokens, output: Math.min(model.maxTokens, Math.ceil(written / 2)) })
      .catch(() => {});
  }
}
