// Leaves a model alone that fails again and again: nobody waits for it then. After a rest one answer tries it.
export interface CircuitBreaker {
  /** False while the model rests. After the rest true once: whoever asked reports how it went. */
  allows(): boolean;
  succeeded(): void;
  /** `restMs`: how long the server itself wants to be left alone. */
  failed(restMs?: number): void;
  /** The answer was stopped before it was known how it went. */
  undecided(): void;
}

export interface CircuitBreakerOptions {
  /** In a row. */
  readonly failures?: number;
  readonly restMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** A server that asks for more is asked again all the same. */
const longestRestMs = 120_000;

export function createCircuitBreaker({
  failures: most = 5,
  restMs = 10_000,
  now = () => performance.now(),
}: CircuitBreakerOptions = {}): CircuitBreaker {
  let failures = 0;
  let restsUntil = 0;
  let isTried = false;
  return {
    allows() {
      if (now() < restsUntil || isTried) return false;
      isTried = failures >= most;
      return true;
    },
    succeeded() {
      failures = 0;
      isTried = false;
    },
    failed(asked = 0) {
      failures += 1;
      isTried = false;
      if (failures >= most) restsUntil = now() + restMs;
      if (asked > 0) restsUntil = Math.max(restsUntil, now() + Math.min(asked, longestRestMs));
    },
    undecided() {
      isTried = false;
    },
  };
}
