// A stream with a time limit for its first item and between items. Nothing else in answering knows about clocks.
import { AppError, isAbortError } from '#core/errors.ts';

export interface StreamTimeouts {
  readonly firstTokenTimeoutMs: number;
  readonly tokenTimeoutMs: number;
}

/**
 * Opens the stream with a signal of its own and yields its items. Rejects with `model-timeout` when an item is late
 * and with `model-unavailable` when the stream fails; the signal is aborted in both cases, and when the caller stops
 * reading or aborts, so that the model server stops working too.
 */
export async function* timedStream<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  { firstTokenTimeoutMs, tokenTimeoutMs }: StreamTimeouts,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const forward = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });

  // A model client may ignore its signal, so waiting itself ends on abort and on time-out.
  const within = async <R>(work: Promise<R>, timeoutMs: number, what: string): Promise<R> => {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new AppError('model-timeout', `The chat model sent no ${what} within ${timeoutMs} ms.`)),
        timeoutMs,
      );
      onAbort = () => reject(controller.signal.reason);
      controller.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, limit]);
    } finally {
      clearTimeout(timer);
      if (onAbort) controller.signal.removeEventListener('abort', onAbort);
    }
  };

  try {
    const deadline = performance.now() + firstTokenTimeoutMs;
    const stream = await within(open(controller.signal), firstTokenTimeoutMs, 'answer');
    const iterator = stream[Symbol.asyncIterator]();
    let timeoutMs = Math.max(1, deadline - performance.now());
    let what = 'first token';
    while (true) {
      const next = await within(iterator.next(), timeoutMs, what);
      if (next.done) return;
      timeoutMs = tokenTimeoutMs;
      what = 'further token';
      yield next.value;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    if (thrown instanceof AppError || isAbortError(thrown)) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('model-unavailable', `The chat model failed: ${reason}`, { cause: thrown });
  } finally {
    signal?.removeEventListener('abort', forward);
    controller.abort(new DOMException('The stream is no longer read.', 'AbortError'));
  }
}
