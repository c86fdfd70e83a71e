// How much one address and one conversation may ask for. In this process's memory: nothing is gained by reconnecting.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#core/errors.ts';

export interface RateLimits {
  /** Every request, handshake and socket event of an address. Throws `too-many-requests`. */
  request(address: string): Promise<void>;
  /** Every request of somebody of the team, who may share an address with all the others. Throws `too-many-requests`. */
  team(personId: string): Promise<void>;
  /** Every attempt of an address to sign in or to use a link. Throws `too-many-requests`. */
  signIn(address: string): Promise<void>;
  /** Every message of a conversation. Throws `too-many-requests`. */
  message(conversationId: string): Promise<void>;
}

/** A team behind one address signs in with less; guessing needs more. */
const signInsPerMinute = 60;

/** Times what a stranger's address may: a console asks again for what it shows whenever something changes. */
const teamFactor = 5;

export function createRateLimits(limits: {
  requestsPerMinute: number;
  messagesPerMinute: number;
}): RateLimits {
  const requests = new RateLimiterMemory({ points: limits.requestsPerMinute, duration: 60 });
  const messages = new RateLimiterMemory({ points: limits.messagesPerMinute, duration: 60 });
  const team = new RateLimiterMemory({ points: teamFactor * limits.requestsPerMinute, duration: 60 });
  const signIns = new RateLimiterMemory({
    points: Math.min(limits.requestsPerMinute, signInsPerMinute),
    duration: 60,
  });

  async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new AppError('too-many-requests', 'A client asked too often.', {
        retryAfterMs: refused.msBeforeNext,
      });
    }
  }

  return {
    request: (address) => consume(requests, address),
    team: (personId) => consume(team, personId),
    signIn: (address) => consume(signIns, address),
    message: (conversationId) => consume(messages, conversationId),
  };
}
