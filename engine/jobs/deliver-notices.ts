// Takes notices that are due to where they go, again and again with longer pauses, until they arrive or are given up. A notice may arrive
// twice (its receiver took it, and the answer was lost): receivers tell by the id.
import type { CallOptions } from '#core/call-options.ts';
import { briefly, isAbortError } from '#core/errors.ts';
import type { Notice, NoticeStore } from '#core/notices.ts';

/** Throws when it did not arrive. */
export type Deliver = (notice: Notice, options: CallOptions) => Promise<void>;

export interface DeliveryOptions {
  readonly store: Pick<NoticeStore, 'dueNotices' | 'noticeSent' | 'noticeFailed'>;
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
  /** Delivers what is due. Resolves when each was tried once; never rejects but for the signal and the store. */
  run(options?: CallOptions): Promise<void>;
}

const atOnce = 20;
/** A receiver that hangs holds its own channel up, for this long. */
const deliveryTimeoutMs = 15_000;
const firstPauseMs = 30_000;
const longestPauseMs = 6 * 3_600_000;
/** Some two days with the pauses above. */
const mostAttempts = 16;

export function createDelivery({
  store,
  channels,
  observer = {},
  now = () => new Date(),
  random = Math.random,
}: DeliveryOptions): Delivery {
  async function attempt(notice: Notice, signal: AbortSignal | undefined): Promise<void> {
    const deliver = channels[notice.channel];
    try {
      if (!deliver) throw new Error('unknown-channel');
      const limit = AbortSignal.timeout(deliveryTimeoutMs);
      await deliver(notice, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
      await store.noticeSent(notice.id);
      observer.sent?.(notice);
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      const error = deliver
        ? isAbortError(thrown)
          ? 'no answer in time'
          : briefly(thrown)
        : `${notice.channel} is not set up any more`;
      const isGivenUp = !deliver || notice.attempts + 1 >= mostAttempts;
      await store.noticeFailed(notice.id, {
        error,
        ...(isGivenUp ? {} : { nextAt: new Date(now().getTime() + pauseMs(notice.attempts)).toISOString() }),
      });
      observer.failed?.(notice, error, isGivenUp);
    }
  }

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
          for (const notice of notices) await attempt(notice, signal);
        }),
      );
    },
  };
}
