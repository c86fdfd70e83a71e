// How much one address and one conversation may ask for. In this process's memory: nothing is gained by reconnecting.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#core/errors.ts';

export class RateLimitError extends AppError {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('too-many-requests', 'A client asked too often.');
    this.retryAfterMs = retryAfterMs;
  }
}

export interface RateLimits {
  /** Every request, handshake and socket event of an address. Throws a RateLimitError. */
  request(address: string): Promise<void>;
  /** Every attempt of an address to sign in or to use a link. Throws a RateLimitError. */
  signIn(address: string): Promise<void>;
  /** Every message of a conversation. Throws a RateLimitError. */
  message(conversationId: string): Promise<void>;
}

/** A team behind one address signs in with less; guessing needs more. */
const signInsPerMinute = 60;

export function createRateLimits(limits: {
  requestsPerMinute: number;
  messagesPerMinute: number;
}): RateLimits {
  const requests = new RateLimiterMemory({ points: limits.requestsPerMinute, duration: 60 });
  const messages = new RateLimiterMemory({ points: limits.messagesPerMinute, duration: 60 });

  const signIns = new RateLimiterMemory({
    points: Math.min(limits.requestsPerMinute, signInsPerMinute),
    duration: 60,
  });

  async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (refused) {
      throw refused instanceof RateLimiterRes ? new RateLimitError(refused.msBeforeNext) : refused;
    }
  }

  return {
    request: (address) => consume(requests, address),
    signIn: (address) => consume(signIns, address),
    message: (conversationId) => consume(messages, conversationId),
  };
}
