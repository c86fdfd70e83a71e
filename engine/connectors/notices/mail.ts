// Mail by SMTP.
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';

export interface MailServer {
  /** `smtp://user:password@host:587` or `smtps://…:465`. */
  readonly url: string;
  /** `Support <support@example.com>`. */
  readonly from: string;
}

export interface Mail {
  /** Of the notice: the same for every attempt, so that mail programs drop a repetition. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Where a reply goes; default: the sender. */
  readonly replyTo?: string | undefined;
}

export interface Mailer {
  /** Rejects when the server did not take it, and with the signal's reason. */
  send(mail: Mail, options?: CallOptions): Promise<void>;
}

const stepTimeoutMs = 10_000;

/** Throws `config-invalid` for an address of a server that is none. */
export function createMailer({ url, from }: MailServer): Mailer {
  const server = serverOf(url);
  return {
    async send({ id, to, subject, text, replyTo }, { signal } = {}) {
      // Not every desk sends mail.
      const { createTransport } = await import('nodemailer');
      // One connection a mail: they are few, and nothing has to be kept alive.
      const transport = createTransport({
        ...server,
        connectionTimeout: stepTimeoutMs,
        greetingTimeout: stepTimeoutMs,
        socketTimeout: stepTimeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const message = {
        from,
        to: { name: '', address: to },
        subject: oneLine(subject),
        text,
        ...(replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }),
        messageId: `<${id}@answerdesk>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        // Aborts the connection of this mail (nodemailer 9 and later; its published types do not know it yet).
        ...(signal ? { signal } : {}),
      };
      try {
        await transport.sendMail(message);
      } finally {
        transport.close();
      }
    },
  };
}

function serverOf(url: string) {
  const parsed = URL.parse(url);
  if (!parsed || !['smtp:', 'smtps:'].includes(parsed.protocol) || !parsed.hostname)
    throw new AppError(
      'config-invalid',
      'The mail server is written as smtp://user:password@host:587 or smtps://….',
    );
  const secure = parsed.protocol === 'smtps:';
  const { username, password } = parsed;
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (secure ? 465 : 587),
    secure,
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
  };
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 200);
