// Who may use the chat model: so many at once, the others in the order in which they came. An answer that waits knows its place.
export interface ModelQueue {
  /** Undefined when too many wait already. */
  enter(signal: AbortSignal): Place | undefined;
}

export interface Place {
  /** 0: it is this answer's turn; 1: it is next. */
  readonly ahead: number;
  /** Resolves when `ahead` is less than it was. Rejects with the signal's reason. */
  moved(): Promise<void>;
  /** Call it in any case, once. */
  leave(): void;
}

interface Entry {
  wake: PromiseWithResolvers<void>;
}

export function createModelQueue({
  atOnce,
  waiting: most,
}: {
  readonly atOnce: number;
  readonly waiting: number;
}): ModelQueue {
  /** The first `atOnce` of them use the model. */
  let entries: Entry[] = [];
  return {
    enter(signal) {
      signal.throwIfAborted();
      if (entries.length >= atOnce + most) return undefined;
      const entry: Entry = { wake: Promise.withResolvers() };
      entries.push(entry);
      const ahead = () => Math.max(0, entries.indexOf(entry) - atOnce + 1);
      return {
        get ahead() {
          return ahead();
        },
        async moved() {
          const aborted = Promise.withResolvers<never>();
          const onAbort = () => aborted.reject(signal.reason);
          signal.addEventListener('abort', onAbort, { once: true });
          try {
            if (signal.aborted) throw signal.reason;
            await Promise.race([entry.wake.promise, aborted.promise]);
          } finally {
            signal.removeEventListener('abort', onAbort);
          }
        },
        leave() {
          const behind = entries.slice(entries.indexOf(entry) + 1);
          entries = entries.filter((other) => other !== entry);
          for (const other of behind) {
            other.wake.resolve();
            other.wake = Promise.withResolvers();
          }
        },
      };
    },
  };
}
