// One mail as it came over the wire: who it was sent to, what its sender wrote, and whether a program wrote it.
import PostalMime, { type Address, type Email } from 'postal-mime';
import { AppError } from '#core/errors.ts';
import { ownWords } from '#core/own-words.ts';
import { textOfHtml } from '../html-text.ts';

export interface IncomingMail {
  /** All addresses that it names as its receivers, and those that servers on the way noted. */
  readonly to: readonly string[];
  /** Of its header; unique, where the sender's program made one. */
  readonly messageId: string;
  /** The sender's own words, without quotations and signature; may be empty. */
  readonly text: string;
  /** Names of files that came with it. */
  readonly attachments: readonly string[];
  /** An answer of a machine, a bounce or a list: nobody may answer it (RFC 3834). */
  readonly isAutomatic: boolean;
}

const limits = { maxNestingDepth: 30, maxHeadersSize: 256 * 1024 } as const;
const receiverHeaders = ['delivered-to', 'x-original-to', 'envelope-to', 'x-forwarded-to'];
const mostAttachments = 20;

/** Throws `bad-request` for what is no mail. */
export async function readMail(raw: Buffer): Promise<IncomingMail> {
  const mail = await new PostalMime(limits).parse(raw).catch((cause: unknown) => {
    throw new AppError('bad-request', 'A mail that came in cannot be read.', {
      cause,
      publicMessage: 'The body is no mail: send it raw, as it came over SMTP.',
    });
  });
  if (mail.headers.length === 0)
    throw new AppError('bad-request', 'A mail that came in has no headers.', {
      publicMessage: 'The body is no mail: send it raw, as it came over SMTP.',
    });
  const named = [...(mail.to ?? []), ...(mail.cc ?? []), ...(mail.bcc ?? [])].flatMap(addressesOf);
  const noted = mail.headers
    .filter(({ key }) => receiverHeaders.includes(key))
    .flatMap(({ value }) => value.match(/[^\s<>,;"]{1,64}@[^\s<>,;"]{1,190}/g) ?? []);
  const plain = mail.text?.trim() ? mail.text : textOfHtml(mail.html ?? '');
  return {
    to: [...named, ...noted],
    messageId: mail.messageId ?? '',
    text: ownWords(plain.replace(/\r\n?/g, '\n')),
    attachments: mail.attachments
      .filter(({ disposition, filename }) => disposition === 'attachment' || filename)
      .slice(0, mostAttachments)
      .map(({ filename }) => filename ?? 'file'),
    isAutomatic: isAutomatic(mail),
  };
}

function isAutomatic(mail: Email): boolean {
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value.trim() ?? '';
  const submitted = header('auto-submitted');
  return (
    (submitted !== '' && !/^no\b/i.test(submitted)) ||
    /^(?:bulk|junk|list|auto_reply)\b/i.test(header('precedence')) ||
    ['x-autoreply', 'x-autorespond', 'x-auto-response', 'list-id', 'x-failed-recipients'].some(
      (name) => header(name) !== '',
    ) ||
    header('return-path') === '<>' ||
    /^\s*multipart\/report/i.test(header('content-type')) ||
    /^(?:mailer-daemon|postmaster)@/i.test(mail.from?.address ?? '')
  );
}

function addressesOf(address: Address): string[] {
  return (address.group ?? [address]).flatMap((mailbox) => mailbox.address ?? []);
}
