// Asynchronous calls between two threads, in both directions over one port, each with its signal: what the caller aborts is aborted on the other
// side.
import type { EventEmitter } from 'node:events';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { CallOptions } from './call-options.ts';
import { AppError, type ErrorCode, toAppError } from './errors.ts';

type Message<Asked, Result> =
  | { readonly type: 'call'; readonly call: number; readonly work: Asked }
  | { readonly type: 'abort'; readonly call: number }
  | { readonly type: 'done'; readonly call: number; readonly result: Result }
  | {
      readonly type: 'failed';
      readonly call: number;
      readonly code: ErrorCode;
      readonly message: string;
    };

export interface ThreadCalls<Work, Result> {
  /** Rejects with the `AppError` of the other side, and as soon as the signal is aborted. */
  call(work: Work, options?: CallOptions): Promise<Result>;
  /** How many have not ended. */
  readonly running: number;
  /** The other side is gone. */
  rejectAll(error: AppError): void;
}

/** `Work` is what this side asks for, `Asked` what it is asked for; all of it can be cloned. */
export function createThreadCalls<Work, Result, Asked, Answer>(
  port: Worker | MessagePort,
  answer: (asked: Asked, options: { readonly signal: AbortSignal }) => Promise<Answer>,
): ThreadCalls<Work, Result> {
  const own = new Map<number, PromiseWithResolvers<Result>>();
  const theirs = new Map<number, AbortController>();
  let last = 0;
  const post = (message: Message<Work, Answer>) => port.postMessage(message);

  async function serve(call: number, asked: Asked): Promise<void> {
    const controller = new AbortController();
    theirs.set(call, controller);
    try {
      post({ type: 'done', call, result: await answer(asked, controller) });
    } catch (thrown) {
      // Who aborted waits for nothing.
      if (controller.signal.aborted) return;
      const { code, message } = toAppError(thrown);
      post({ type: 'failed', call, code, message });
    } finally {
      theirs.delete(call);
    }
  }

  // Both have it, with other overloads.
  (port as unknown as EventEmitter).on('message', (message: Message<Asked, Result>) => {
    const { type, call } = message;
    if (type === 'call') void serve(call, message.work);
    if (type === 'abort') theirs.get(call)?.abort();
    if (type === 'done') own.get(call)?.resolve(message.result);
    if (type === 'failed') own.get(call)?.reject(new AppError(message.code, message.message));
  });

  return {
    get running() {
      return own.size;
    },
    async call(work, { signal } = {}) {
      signal?.throwIfAborted();
      const call = ++last;
      const result = Promise.withResolvers<Result>();
      own.set(call, result);
      const abort = () => {
        post({ type: 'abort', call });
        result.reject(signal!.reason);
      };
      signal?.addEventListener('abort', abort);
      try {
        post({ type: 'call', call, work });
        return await result.promise;
      } finally {
        signal?.removeEventListener('abort', abort);
        own.delete(call);
      }
    },
    rejectAll(error) {
      for (const { reject } of own.values()) reject(error);
    },
  };
}
