// The ways in which a hand-over reaches somebody outside, built from the configuration, and the job that takes notices there.

import { setTimeout as sleep } from 'node:timers/promises';
import { createMailer } from '#connectors/notices/mail.ts';
import { sendSlack, sendWebhook } from '#connectors/notices/webhook.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { HandoffReason } from '#core/conversation.ts';
import type { CustomerStore } from '#core/customers.ts';
import { isAbortError } from '#core/errors.ts';
import type { Notice, NoticeStore } from '#core/notices.ts';
import type { ConversationStore } from '#core/stores.ts';
import { createDelivery, type Deliver } from '#jobs/deliver-notices.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { transcriptMail } from './transcript-mail.ts';

type NoticeSettings = Config['notices'];

export interface NoticeChannels {
  /** Of the team. */
  readonly handoff: readonly string[];
  /** Of a customer who has left. */
  readonly absent: readonly string[];
}

export function noticeChannels({ mailTo, webhookUrl, slackUrl, smtpUrl }: NoticeSettings): NoticeChannels {
  return {
    handoff: [
      ...(mailTo ? ['mail'] : []),
      ...(webhookUrl ? ['webhook'] : []),
      ...(slackUrl ? ['slack'] : []),
    ],
    absent: smtpUrl ? ['customer-mail'] : [],
  };
}

const reasons: Readonly<Record<HandoffReason, string>> = {
  'customer-request': 'A customer asked for a person.',
  unanswered: 'The assistant could not help a customer.',
  'service-error': 'The assistant failed, and a customer waits.',
  danger: 'Somebody may come to harm: a customer wrote of danger.',
  card: 'A customer asked something that a person answers.',
};

const promiseNear = 'A customer waits, and the time by which they were promised an answer is near.';

export interface NoticesOptions {
  readonly settings: NoticeSettings;
  /** Where the console is, for links. */
  readonly baseUrl: string;
  /** As customers know the desk; stands in subjects of mails. */
  readonly deskName?: () => Promise<string | undefined>;
  readonly store: NoticeStore &
    Pick<ConversationStore, 'get' | 'handling'> &
    Pick<CustomerStore, 'transcriptEmail'>;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/** Delivers until it is closed. */
export function openNotices({
  settings,
  baseUrl,
  deskName = async () => undefined,
  store,
  logger,
  intervalMs = 5_000,
}: NoticesOptions): AsyncDisposable {
  const { smtpUrl, mailFrom, mailTo, webhookUrl, webhookSecret, slackUrl } = settings;
  const mailer = smtpUrl && mailFrom ? createMailer({ url: smtpUrl, from: mailFrom }) : undefined;
  const linkTo = ({ key }: Notice) => `${baseUrl}/console/inbox/${key.conversationId}`;

  /** Undefined when nobody waits any more: then nobody is called. */
  async function waiting({ key, kind, about }: Notice) {
    const handling = await store.handling(key);
    if (!handling) return undefined;
    const { waitingSince, reason, state } = handling;
    if (kind === 'promise')
      return waitingSince === about ? { waitingSince, reason, subject: promiseNear } : undefined;
    return state === 'waiting' && reason ? { waitingSince, reason, subject: reasons[reason] } : undefined;
  }

  const channels: Record<string, Deliver> = {
    ...(mailer && mailTo ? { mail: handoffMail } : {}),
    ...(webhookUrl && webhookSecret ? { webhook } : {}),
    ...(slackUrl ? { slack } : {}),
    ...(mailer ? { 'customer-mail': customerMail } : {}),
  };

  async function handoffMail(notice: Notice, options: CallOptions): Promise<void> {
    const handling = await waiting(notice);
    if (!handling) return;
    const name = await deskName();
    const subject = name ? `${name}: ${handling.subject}` : handling.subject;
    await mailer!.send(
      { id: notice.id, to: mailTo!, subject, text: `${handling.subject}\n\n${linkTo(notice)}\n` },
      options,
    );
  }

  async function webhook(notice: Notice, options: CallOptions): Promise<void> {
    const handling = await waiting(notice);
    if (!handling) return;
    const { conversationId } = notice.key;
    const { reason, waitingSince } = handling;
    const data = { conversationId, reason, waitingSince, link: linkTo(notice) };
    await sendWebhook(
      { url: webhookUrl!, secret: webhookSecret! },
      {
        id: notice.id,
        type: notice.kind === 'promise' ? 'promise.due' : 'handoff.requested',
        timestamp: notice.createdAt,
        data,
      },
      options,
    );
  }

  async function slack(notice: Notice, options: CallOptions): Promise<void> {
    const handling = await waiting(notice);
    if (handling) await sendSlack(slackUrl!, `${handling.subject}\n${linkTo(notice)}`, options);
  }

  async function customerMail(notice: Notice, options: CallOptions): Promise<void> {
    const conversation = await store.get(notice.key);
    if (notice.kind === 'transcript') {
      const to = await store.transcriptEmail(notice.key, notice.about);
      if (conversation && to)
        await mailer!.send({ id: notice.id, to, ...transcriptMail(conversation) }, options);
      return;
    }
    const message = conversation?.messages.find(({ id }) => id === notice.about);
    const email = conversation?.handoff?.email;
    if (!message || !email) return;
    const names = [message.person?.name ?? 'our team', await deskName()].filter(Boolean);
    const subject = `A reply from ${names.join(', ')}`;
    await mailer!.send({ id: notice.id, to: email, subject, text: `${message.text}\n` }, options);
  }

  const delivery = createDelivery({
    store,
    channels,
    observer: {
      failed: ({ id, channel, attempts }, error, isGivenUp) =>
        logger[isGivenUp ? 'error' : 'warn'](
          { notice: id, channel, attempts: attempts + 1, error },
          isGivenUp ? 'a notice was given up' : 'a notice did not arrive and will be tried again',
        ),
    },
  });
  const closing = new AbortController();
  const running = (async () => {
    while (!closing.signal.aborted) {
      try {
        await delivery.run({ signal: closing.signal });
      } catch (thrown) {
        if (!isAbortError(thrown)) logger.error({ err: thrown }, 'notices could not be delivered');
      }
      await sleep(intervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running;
    },
  };
}
