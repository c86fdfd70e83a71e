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
  /** Every picture of a conversation. Throws a RateLimitError. */
  picture(conversationId: string): Promise<void>;
  /** Every conversation that is to be mailed: by who asks, by where it goes, and in all. Throws a RateLimitError. */
  mail(address: string, email: string): Promise<void>;
}

/** A team behind one address signs in with less; guessing needs more. */
const signInsPerMinute = 60;

const picturesPerMinute = 5;
/** So that nobody mails strangers through this desk. */
const mailsPerHour = { fromOneAddress: 5, toOneMailbox: 3, inAll: 200 };

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

  const pictures = new RateLimiterMemory({ points: picturesPerMinute, duration: 60 });
  const hourly = (points: number) => new RateLimiterMemory({ points, duration: 3_600 });
  const mailsFrom = hourly(mailsPerHour.fromOneAddress);
  const mailsTo = hourly(mailsPerHour.toOneMailbox);
  const mails = hourly(mailsPerHour.inAll);

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
    picture: (conversationId) => consume(pictures, conversationId),
    async mail(address, email) {
      await consume(mailsFrom, address);
      await consume(mailsTo, mailboxOf(email));
      await consume(mails, 'all');
    },
  };
}

/** `Dana+shop@Example.com` and `dana@example.com` are one mailbox. */
function mailboxOf(email: string): string {
  return email.toLowerCase().replace(/\+[^@]*(?=@)/, '');
}
