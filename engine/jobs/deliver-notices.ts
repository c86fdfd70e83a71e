// Takes notices that are due to where they go, again and again with longer pauses, until they arrive or are given up. Each delivery is noted
// before it begins, so a second one knows of the first even if the process ended in it. A notice may arrive twice (its receiver took it, and
// the answer was lost): receivers tell by the id, and bridges look before they write again.
import type { CallOptions } from '#core/call-options.ts';
import { AppError, briefly, isAbortError } from '#core/errors.ts';
import type { Notice, NoticeStore } from '#core/notices.ts';

/** Throws when it did not arrive. */
export type Deliver = (notice: Notice, options: CallOptions) => Promise<void>;

export interface DeliveryOptions {
  readonly store: Pick<NoticeStore, 'dueNotices' | 'noticeBegun' | 'noticeSent' | 'noticeFailed'>;
  /** By the name of the channel. */
  readonly channels: Readonly<Record<string, Deliver>>;
  readonly observer?: {
    sent?(notice: Notice): void;
    failed?(notice: Notice, error: string, isGivenUp: boolean): void;
  };
  readonly now?: () => Date;
  readonly random?: () => number;
}

export interface Delivery {
  /**
   * Delivers what is due. Resolves when each was tried once; a channel that failed has a rest until the next run. Never rejects but for the
   * signal and the store.
   */
  run(options?: CallOptions): Promise<void>;
}

/** Of each channel. */
const atOnce = 20;
/** A receiver that hangs holds its own channel up, for this long. Opening a case takes some requests. */
const deliveryTimeoutMs = 30_000;
const firstPauseMs = 30_000;
/** A customer waits: what is back after a day has to be noticed soon. */
const longestPauseMs = 3_600_000;
/** Two days at least with the pauses above. */
const mostAttempts = 56;

export function createDelivery({
  store,
  channels,
  observer = {},
  now = () => new Date(),
  random = Math.random,
}: DeliveryOptions): Delivery {
  /** False if it did not arrive. */
  async function attempt(notice: Notice, signal: AbortSignal | undefined): Promise<boolean> {
    const deliver = channels[notice.channel];
    try {
      await store.noticeBegun(notice.id, later(pauseMs(notice.attempts) + deliveryTimeoutMs));
      if (!deliver) throw new AppError('config-invalid', `${notice.channel} is not set up any more`);
      const limit = AbortSignal.timeout(deliveryTimeoutMs);
      await deliver(notice, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
      await store.noticeSent(notice.id);
      observer.sent?.(notice);
      return true;
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      const error = reasonOf(thrown);
      const isGivenUp = !deliver || notice.attempts + 1 >= mostAttempts;
      const wantedMs = thrown instanceof AppError ? (thrown.retryAfterMs ?? 0) : 0;
      await store.noticeFailed(notice.id, {
        error,
        ...(isGivenUp ? {} : { nextAt: later(wantedMs || pauseMs(notice.attempts)) }),
      });
      observer.failed?.(notice, error, isGivenUp);
      return false;
    }
  }

  const later = (ms: number) => new Date(now().getTime() + ms).toISOString();

  /** Doubles each time; up to half as much again, so that a receiver that is back is not asked by all at once. */
  function pauseMs(attempts: number): number {
    return Math.min(firstPauseMs * 2 ** attempts, longestPauseMs) * (1 + random() / 2);
  }

  return {
    async run({ signal } = {}) {
      const due = await store.dueNotices(now().toISOString(), atOnce);
      // One channel that hangs must not hold up the others; within one, order is kept.
      const byChannel = Map.groupBy(due, ({ channel }) => channel);
      await Promise.all(
        [...byChannel.values()].map(async (notices) => {
          for (const notice of notices) if (!(await attempt(notice, signal))) return;
        }),
      );
    },
  };
}

/** Messages of our own errors are for the operator; those of others may quote what a customer wrote. */
function reasonOf(thrown: unknown): string {
  if (isAbortError(thrown) || (thrown instanceof Error && thrown.name === 'TimeoutError'))
    return 'no answer in time';
  return thrown instanceof AppError ? thrown.message : briefly(thrown);
}
