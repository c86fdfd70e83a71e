// What every slow method accepts as its last parameter.

/** `signal` stops the call early: the promise then rejects with the signal's reason (an `AbortError`). */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
