// A stream with a time limit for its first item and between items. Nothing else in answering knows about clocks.
import type { CallOptions } from '#core/call-options.ts';
import { AppError, briefly } from '#core/errors.ts';

export interface StreamTimeouts {
  readonly firstTokenTimeoutMs: number;
  readonly tokenTimeoutMs: number;
}

/** False for an item that is no sign of life: empty ones do not put off the time-out. */
type IsProgress<T> = (item: T) => boolean;

/**
 * Opens the stream with a signal of its own and yields its items. Rejects with `model-timeout` when an item is late
 * and with `model-unavailable` when the stream fails; the signal is aborted in both cases, and when the caller stops
 * reading or aborts, so that the model server stops working too.
 */
export async function* timedStream<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  { firstTokenTimeoutMs, tokenTimeoutMs }: StreamTimeouts,
  { signal, isProgress = () => true }: CallOptions & { readonly isProgress?: IsProgress<T> } = {},
): AsyncGenerator<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const forward = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });

  // A model client may ignore its signal, so waiting itself ends on abort and on time-out.
  const within = async <R>(work: Promise<R>, timeoutMs: number, late: AppError): Promise<R> => {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(late), timeoutMs);
      onAbort = () => reject(controller.signal.reason);
      controller.signal.addEventListener('abort', onAbort, { once: true });
      // Aborted while the work was being begun, it says so no more.
      if (controller.signal.aborted) onAbort();
    });
    try {
      return await Promise.race([work, limit]);
    } finally {
      clearTimeout(timer);
      if (onAbort) controller.signal.removeEventListener('abort', onAbort);
    }
  };

  try {
    let deadline = performance.now() + firstTokenTimeoutMs;
    let limitMs = firstTokenTimeoutMs;
    const late = (what: string) =>
      new AppError('model-timeout', `The chat model sent no ${what} within ${limitMs} ms.`);
    const left = () => Math.max(1, deadline - performance.now());
    const stream = await within(open(controller.signal), left(), late('answer'));
    const iterator = stream[Symbol.asyncIterator]();
    let what = 'first token';
    while (true) {
      const next = await within(iterator.next(), left(), late(what));
      if (next.done) return;
      if (isProgress(next.value)) {
        limitMs = tokenTimeoutMs;
        what = 'further token';
        yield next.value;
        // The time that the reader takes is not the model's.
        deadline = performance.now() + limitMs;
      } else yield next.value;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    if (thrown instanceof AppError) throw thrown;
    // Servers quote the prompt in their messages.
    throw new AppError('model-unavailable', `The chat model failed (${briefly(thrown)}).`, { cause: thrown });
  } finally {
    signal?.removeEventListener('abort', forward);
    controller.abort(new DOMException('The stream is no longer read.', 'AbortError'));
  }
}
