// The link that lets whoever started the program make the first admin: once, within an hour, and only while there is none. In memory: the
// next start prints another.
import { timingSafeEqual } from 'node:crypto';
import { hashToken, newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';

export interface SetupLink {
  /** Behind `/console/setup#`. Nothing but the terminal may see it. */
  readonly token: string;
  /** Throws `not-found` for another token, one that was used or is too old, or when there is an admin. */
  check(token: string): Promise<void>;
  /** The same, and the link has gone unless `work` throws. Of two at once one gets it. */
  use<Result>(token: string, work: () => Promise<Result>): Promise<Result>;
}

export interface SetupLinkOptions {
  readonly hasAdmin: () => Promise<boolean>;
  readonly now?: () => Date;
}

const lastsMs = 3_600_000;

export function createSetupLink({ hasAdmin, now = () => new Date() }: SetupLinkOptions): SetupLink {
  const token = newSecret() + newSecret();
  const expected = hashToken(token);
  const until = now().getTime() + lastsMs;
  let isTaken = false;
  const refused = () =>
    new AppError('not-found', 'The link of the set-up does not hold.', {
      publicMessage:
        'This link was used already or is too old. Start Answerdesk again on a terminal for a new one, or run: answerdesk users create-admin EMAIL',
    });

  async function check(given: string): Promise<void> {
    const isRight = timingSafeEqual(hashToken(given), expected);
    if (!isRight || isTaken || now().getTime() > until || (await hasAdmin())) throw refused();
  }

  return {
    token,
    check,
    async use(given, work) {
      await check(given);
      if (isTaken) throw refused();
      isTaken = true;
      try {
        return await work();
      } catch (thrown) {
        isTaken = false;
        throw thrown;
      }
    },
  };
}
