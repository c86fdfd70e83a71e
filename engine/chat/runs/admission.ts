// How many answers may be in the making at once, from the moment their message comes, whatever they wait for. Who is refused learns when
// to come back: each a little later than the one before, as fast as answers end, so that they do not all come at once again.
import { AppError } from '#core/errors.ts';

export interface Admission {
  /** A place for an answer; undefined if there is none. */
  enter(): AdmissionPlace | undefined;
  /** A place in any case: for an answer that was promised before. */
  enterAnyway(): AdmissionPlace;
  /** `busy`, with the time after which to ask again. */
  refusal(): AppError;
}

export interface AdmissionPlace {
  /** Once is enough, and more does no harm. */
  leave(): void;
}

/** Somebody whose message has come and who may send it. */
export interface Admitted {
  /** `performance.now()` when the message came. */
  readonly arrivedAt: number;
  /** From now on the place is the caller's to leave. Undefined if there is none. */
  take(): AdmissionPlace | undefined;
}

export interface AdmissionOptions {
  /** Answers at once. */
  readonly most: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Of a desk that has not been full yet. */
const firstGuessMs = 200;
/** Share of the newest measurement in the mean time between two ends. */
const newestShare = 0.1;
const soonestMs = 1_000;
const latestMs = 60_000;

export function createAdmission({ most, now = () => performance.now() }: AdmissionOptions): Admission {
  let inside = 0;
  let msBetweenEnds = firstGuessMs;
  /** When the desk was full and a place became free last. */
  let freedAt: number | undefined;
  /** The place after those that refused ones were told to come back for. */
  let nextTurn = 0;

  function enterAnyway(): AdmissionPlace {
    inside += 1;
    let isLeft = false;
    return {
      leave() {
        if (isLeft) return;
        isLeft = true;
        if (freedAt !== undefined) msBetweenEnds += newestShare * (now() - freedAt - msBetweenEnds);
        freedAt = inside >= most ? now() : undefined;
        inside -= 1;
      },
    };
  }

  return {
    enter: () => (inside < most ? enterAnyway() : undefined),
    enterAnyway,
    refusal() {
      nextTurn = Math.max(nextTurn, now()) + msBetweenEnds;
      const retryAfterMs = Math.round(Math.min(latestMs, Math.max(soonestMs, nextTurn - now())));
      return new AppError(
        'busy',
        `${inside} answers are being written: ANSWERDESK_MAX_CONCURRENT_ANSWERS allows no more.`,
        { retryAfterMs },
      );
    },
  };
}
