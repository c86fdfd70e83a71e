// One mail. Its HTML is kept where there is no plain text: what of it is quoted is cut where turns are cleaned.
import PostalMime, { type Address } from 'postal-mime';
import { type FilePart, UnreadableFileError } from './file-part.ts';

const mostNesting = 30;
const mostHeaderBytes = 1024 * 1024;

export async function readEml(bytes: Buffer): Promise<FilePart[]> {
  const mail = await new PostalMime({ maxNestingDepth: mostNesting, maxHeadersSize: mostHeaderBytes })
    .parse(bytes)
    .catch((cause) => {
      throw new UnreadableFileError('damaged, or no mail: export it as .eml again', { cause });
    });
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? '';
  const from = addressesOf(mail.from)[0];
  if (!from) throw new UnreadableFileError('no mail: it names no sender');
  if (/^\s*(?:multipart\/encrypted|application\/(?:x-)?pkcs7-mime)/i.test(header('content-type')))
    throw new UnreadableFileError('an encrypted mail: export it decrypted');
  // "We have received your message", "I am out of the office".
  if (/^\s*auto-/i.test(header('auto-submitted')) || header('x-autoreply') !== '') return [];
  const text = mail.text?.trim() || mail.html?.trim() || '';
  const time = Date.parse(mail.date ?? '');
  const attached = mail.attachments.filter(({ disposition }) => disposition === 'attachment').length;
  const messageId = idsIn(mail.messageId)[0];
  return [
    ...(text === ''
      ? [{ type: 'problem', reason: 'a mail without text' } as const]
      : [
          {
            type: 'mail',
            ...(messageId ? { messageId } : {}),
            references: [...new Set([...idsIn(mail.references), ...idsIn(mail.inReplyTo)])],
            subject: mail.subject?.trim() ?? '',
            from,
            to: [...(mail.to ?? []), ...(mail.cc ?? [])].flatMap(addressesOf),
            text,
            format: mail.text?.trim() ? 'text' : 'html',
            ...(Number.isNaN(time) ? {} : { time }),
          } as const,
        ]),
    ...(attached > 0
      ? [
          {
            type: 'problem',
            reason: `${attached} attachment(s) not read, the mail is: save them as files to have them read`,
          } as const,
        ]
      : []),
  ];
}

function addressesOf(address: Address | undefined): string[] {
  const mailboxes = address?.group ?? [address];
  return mailboxes.flatMap((mailbox) => mailbox?.address?.trim().toLowerCase() || []);
}

function idsIn(header: string | undefined): string[] {
  return Array.from((header ?? '').slice(0, mostHeaderBytes).matchAll(/<([^<>\s]+)>/g), ([, id]) => id!);
}
