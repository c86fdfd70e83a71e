// The inside of a worker thread that one model runs in; model-threads.ts speaks to it.
import { parentPort } from 'node:worker_threads';
import { AppError, briefly, type ErrorCode, toAppError } from '#core/errors.ts';

/** `close` lets the thread end by itself: to terminate it during an inference aborts the whole process. */
export type ThreadRequest<Work> = { readonly type: 'work'; readonly work: Work } | { readonly type: 'close' };

/** One reply to each `work`, and one unasked when the model is loaded. */
export type ThreadReply<Ready, Result> =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface ThreadModel<Work, Ready, Result> {
  /** What the others are told of the model; can be cloned. */
  readonly ready: Ready;
  run(work: Work): Promise<Result>;
  /** What of a result moves instead of being copied. */
  moved?(result: Result): ArrayBuffer[];
  close(): Promise<void>;
}

/** One piece of work after the other, in the order in which they came. */
export async function runModelThread<Work, Ready, Result>(
  open: () => Promise<ThreadModel<Work, Ready, Result>>,
): Promise<void> {
  const port = parentPort!;
  const reply = (message: ThreadReply<Ready, Result>, moved: ArrayBuffer[] = []) =>
    port.postMessage(message, moved);
  const fail = (thrown: unknown) => {
    const { code, message } = toAppError(thrown);
    reply({ type: 'failed', code, message });
  };
  try {
    const model = await open();
    let before: Promise<void> = Promise.resolve();
    port.on('message', (request: ThreadRequest<Work>) => {
      before = before.then(async () => {
        if (request.type === 'work') {
          await model.run(request.work).then(
            (result) => reply({ type: 'done', result }, model.moved?.(result)),
            // The message of another library may quote the text that it was given, and goes on alone, without its origin.
            (thrown) =>
              fail(
                thrown instanceof AppError
                  ? thrown
                  : new AppError('internal', `A model failed (${briefly(thrown)}).`),
              ),
          );
        } else {
          await model.close();
          port.close();
        }
      });
    });
    reply({ type: 'ready', ready: model.ready });
  } catch (error) {
    fail(error);
  }
}
