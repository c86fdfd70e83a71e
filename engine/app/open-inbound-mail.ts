// Replies by mail: what stands in the signed address decides whose conversation it is and who replies, never the From header.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Answering } from '#chat/runs/answering.ts';
import type { CaseWork } from '#chat/runs/case-work.ts';
import { AppError } from '#core/errors.ts';
import type { Person } from '#core/handling.ts';
import { createReplyAddresses, type ReplyAddresses } from '#core/reply-address.ts';
import type { ConversationStore } from '#core/stores.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import type { Config } from './config.ts';

export interface MailDoor {
  /** Throws `not-signed-in` for a wrong secret; `forbidden` for a reply address that does not count; `not-found` without one of ours. */
  receive(secret: string, raw: Buffer): Promise<'taken' | 'ignored'>;
}

export interface MailDoorOptions {
  readonly settings: Config['notices'];
  readonly store: Pick<ConversationStore, 'handling'>;
  readonly answering: Pick<Answering, 'send' | 'handoff'>;
  readonly cases: Pick<CaseWork, 'takeIn'>;
  /** UTF-16 code units of a customer's message. */
  readonly messageLength: number;
  readonly now?: () => Date;
}

/** Undefined where replies by mail are not set up. */
export function replyAddressesOf(
  { replyAddress, inboundSecret }: Config['notices'],
  { now = () => new Date() } = {},
): ReplyAddresses | undefined {
  if (!replyAddress || !inboundSecret) return undefined;
  return createReplyAddresses({ base: replyAddress, secret: inboundSecret }, { now });
}

export function createMailDoor(options: MailDoorOptions): MailDoor | undefined {
  const { settings, store, answering, cases, messageLength } = options;
  const addresses = replyAddressesOf(settings, options.now ? { now: options.now } : {});
  if (!addresses) return undefined;
  const expected = digest(settings.inboundSecret ?? '');
  /** Whoever reads the team's mails: their address is not proved, so it is no name of anybody. */
  const team: Person = { id: 'mail:team', name: displayName(settings.mailFrom ?? '') };

  return {
    async receive(secret, raw) {
      if (!timingSafeEqual(digest(secret), expected))
        throw new AppError('not-signed-in', 'A mail came in with a wrong secret.', {
          publicMessage: 'The secret is wrong: send ANSWERDESK_INBOUND_MAIL_SECRET as the password or token.',
        });
      const { readMail } = await import('#connectors/mail/read-mail.ts');
      const mail = await readMail(raw);
      // Nobody answers machines, and they get no conversation.
      if (mail.isAutomatic) return 'ignored';
      const token = addresses.read(mail.to);
      if (token === undefined)
        throw new AppError('not-found', 'A mail came in that is to none of the reply addresses.', {
          publicMessage: 'The mail is to no reply address of this desk.',
        });
      if (token === 'forged' || token === 'expired')
        throw new AppError('forbidden', `A mail came in with a reply address that is ${token}.`, {
          publicMessage: `The reply address is ${token === 'forged' ? 'not valid' : 'too old'}.`,
        });
      const key = inDefaultTenant(token.conversationId);
      const handling = await store.handling(key);
      if (!handling)
        throw new AppError('not-found', 'A mail came in for a conversation that is gone.', {
          publicMessage: 'The conversation is not there any more.',
        });
      const files = mail.attachments.map((name) => `(File, not taken over: ${name})`);
      const text = [mail.text, ...files].filter(Boolean).join('\n');
      if (text === '') return 'ignored';
      const messageId = `mail-${digest(mail.messageId || raw)
        .toString('base64url')
        .slice(0, 32)}`;
      if (token.replier === 'team') {
        await cases.takeIn(key, { messageId, text, by: team, isMailed: false });
        return 'taken';
      }
      await answering.send(key, { messageId, text: text.slice(0, messageLength).toWellFormed() });
      // They are not in front of the chat: what the assistant writes there does not reach them.
      if (handling.state === 'bot' || handling.state === 'resolved') await answering.handoff(key);
      return 'taken';
    },
  };
}

const digest = (content: string | Buffer) => createHash('sha256').update(content).digest();

/** `Support <support@example.com>`: Support. */
function displayName(from: string): string {
  return /^\s*"?([^"<]*?)"?\s*</.exec(from)?.[1]?.trim() || 'Support';
}
