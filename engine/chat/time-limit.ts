// A time limit for one piece of work that has a caller's signal already.
import { AppError } from '#core/errors.ts';

export interface TimeLimitOptions {
  readonly timeoutMs: number;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** For the operator, when the time is over. */
  readonly message: string;
}

export interface TimeLimit {
  /** Aborts when the time is over, or with the caller's. */
  readonly signal: AbortSignal;
  /** What to throw for what the work threw: `model-timeout` where it was the time. */
  failure(thrown: unknown): unknown;
}

export function timeLimit({ timeoutMs, signal, message }: TimeLimitOptions): TimeLimit {
  const timeout = AbortSignal.timeout(timeoutMs);
  return {
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    failure: (thrown) =>
      timeout.aborted && !signal?.aborted
        ? new AppError('model-timeout', message, { cause: thrown })
        : thrown,
  };
}
