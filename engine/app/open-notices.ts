// The ways in which a hand-over reaches somebody outside, built from the configuration, and the job that takes notices there.

import { setTimeout as sleep } from 'node:timers/promises';
import { createMailer } from '#connectors/notices/mail.ts';
import { sendSlack, sendWebhook } from '#connectors/notices/webhook.ts';
import type { CallOptions } from '#core/call-options.ts';
import { isAbortError } from '#core/errors.ts';
import { reasonSentences } from '#core/handoff-reasons.ts';
import type { Notice, NoticeStore } from '#core/notices.ts';
import type { ConversationStore } from '#core/stores.ts';
import { createDelivery, type Deliver } from '#jobs/deliver-notices.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';

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

export interface NoticesOptions {
  readonly settings: NoticeSettings;
  /** Where the console is, for links. */
  readonly baseUrl: string;
  readonly store: NoticeStore & Pick<ConversationStore, 'get' | 'handling'>;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/** Delivers until it is closed. */
export function openNotices({
  settings,
  baseUrl,
  store,
  logger,
  intervalMs = 5_000,
}: NoticesOptions): AsyncDisposable {
  const { smtpUrl, mailFrom, mailTo, webhookUrl, webhookSecret, slackUrl } = settings;
  const mailer = smtpUrl && mailFrom ? createMailer({ url: smtpUrl, from: mailFrom }) : undefined;
  const linkTo = ({ key }: Notice) => `${baseUrl}/console/inbox/${key.conversationId}`;

  /** Undefined when nobody waits any more: then nobody is called. */
  async function waiting({ key }: Notice) {
    const handling = await store.handling(key);
    return handling?.state === 'waiting' && handling.reason
      ? { ...handling, reason: handling.reason }
      : undefined;
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
    const subject = reasonSentences[handling.reason];
    await mailer!.send(
      { id: notice.id, to: mailTo!, subject, text: `${subject}\n\n${linkTo(notice)}\n` },
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
      { id: notice.id, type: 'handoff.requested', timestamp: notice.createdAt, data },
      options,
    );
  }

  async function slack(notice: Notice, options: CallOptions): Promise<void> {
    const handling = await waiting(notice);
    if (handling) await sendSlack(slackUrl!, `${reasonSentences[handling.reason]}\n${linkTo(notice)}`, options);
  }

  async function customerMail(notice: Notice, options: CallOptions): Promise<void> {
    const conversation = await store.get(notice.key);
    const message = conversation?.messages.find(({ id }) => id === notice.about);
    const email = conversation?.handoff?.email;
    if (!message || !email) return;
    const subject = `A reply from ${message.person?.name ?? 'our team'}`;
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
