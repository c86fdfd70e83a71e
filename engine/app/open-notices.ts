// The ways in which a hand-over reaches somebody outside, built from the configuration, and the job that takes notices there. The bridge to
// a help desk is one of them.

import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseWork } from '#chat/runs/case-work.ts';
import { createMailer } from '#connectors/notices/mail.ts';
import { sendSlack, sendWebhook } from '#connectors/notices/webhook.ts';
import type { BridgeStore, HandoverBridge } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { CustomerStore } from '#core/customers.ts';
import { isAbortError } from '#core/errors.ts';
import { reasonSentences } from '#core/handoff-reasons.ts';
import { bridgeChannel, type Notice, type NoticeStore } from '#core/notices.ts';
import type { Replier } from '#core/reply-address.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';
import { createDelivery, type Deliver } from '#jobs/deliver-notices.ts';
import { createCaseSync } from '#jobs/sync-case.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { replyAddressesOf } from './open-inbound-mail.ts';
import { transcriptMail } from './transcript-mail.ts';

type NoticeSettings = Config['notices'];

export interface NoticeChannels {
  /** Of the team. */
  readonly handoff: readonly string[];
  /** Of a customer who has left. */
  readonly absent: readonly string[];
  /** Of what is said to people. */
  readonly follow: readonly string[];
}

export function noticeChannels(
  { mailTo, webhookUrl, slackUrl, smtpUrl }: NoticeSettings,
  { name }: Pick<Config['bridge'], 'name'> = { name: undefined },
): NoticeChannels {
  const follow = name ? [bridgeChannel(name)] : [];
  return {
    follow,
    handoff: [
      ...(mailTo ? ['mail'] : []),
      ...(webhookUrl ? ['webhook'] : []),
      ...(slackUrl ? ['slack'] : []),
      ...follow,
    ],
    absent: smtpUrl ? ['customer-mail'] : [],
  };
}

const teamHint = 'A reply to this mail goes to the customer.';

const promiseNear = 'A customer waits, and the time by which they were promised an answer is near.';

export interface NoticesOptions {
  readonly settings: NoticeSettings;
  /** Where the console is, for links. */
  readonly baseUrl: string;
  /** As customers know the desk; stands in subjects of mails. */
  readonly deskName?: () => Promise<string | undefined>;
  readonly store: NoticeStore & BridgeStore & ConversationStore & Pick<CustomerStore, 'transcriptEmail'>;
  readonly logger: Logger;
  /** Where the team works besides, and what takes in what it does there. */
  readonly bridge?: HandoverBridge | undefined;
  readonly cases?: Pick<CaseWork, 'act' | 'takeIn'>;
  readonly intervalMs?: number;
}

/** Delivers until it is closed. */
export interface Notices extends AsyncDisposable {
  /** Something new is due: does not wait for the next look. */
  wake(): void;
}

export function openNotices({
  settings,
  baseUrl,
  deskName = async () => undefined,
  store,
  logger,
  bridge,
  cases,
  intervalMs = 5_000,
}: NoticesOptions): Notices {
  const { smtpUrl, mailFrom, mailTo, webhookUrl, webhookSecret, slackUrl } = settings;
  const mailer = smtpUrl && mailFrom ? createMailer({ url: smtpUrl, from: mailFrom }) : undefined;
  const replies = replyAddressesOf(settings);
  const linkTo = ({ key }: Notice) => inboxLink(baseUrl, key);
  const replyTo = ({ key: { conversationId } }: Notice, replier: Replier) =>
    replies?.address({ conversationId, replier });

  /** Undefined when nobody waits any more: then nobody is called. */
  async function waiting({ key, kind, about }: Notice) {
    const handling = await store.handling(key);
    if (!handling) return undefined;
    const { waitingSince, reason, state } = handling;
    if (kind === 'promise')
      return waitingSince === about ? { waitingSince, reason, subject: promiseNear } : undefined;
    return state === 'waiting' && reason
      ? { waitingSince, reason, subject: reasonSentences[reason] }
      : undefined;
  }

  const channels: Record<string, Deliver> = {
    ...(mailer && mailTo ? { mail: handoffMail } : {}),
    ...(webhookUrl && webhookSecret ? { webhook } : {}),
    ...(slackUrl ? { slack } : {}),
    ...(mailer ? { 'customer-mail': customerMail } : {}),
    ...(bridge && cases
      ? { [bridgeChannel(bridge.name)]: caseSyncOf({ bridge, cases, store, baseUrl }) }
      : {}),
  };

  async function handoffMail(notice: Notice, options: CallOptions): Promise<void> {
    const handling = await waiting(notice);
    if (!handling) return;
    const name = await deskName();
    const subject = name ? `${name}: ${handling.subject}` : handling.subject;
    await mailer!.send(
      {
        id: notice.id,
        to: mailTo!,
        subject,
        text: `${handling.subject}\n\n${linkTo(notice)}\n${replies ? `\n${teamHint}\n` : ''}`,
        replyTo: replyTo(notice, 'team'),
      },
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
    await mailer!.send(
      { id: notice.id, to: email, subject, text: `${message.text}\n`, replyTo: replyTo(notice, 'customer') },
      options,
    );
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
  let waking = new AbortController();
  const running = (async () => {
    while (!closing.signal.aborted) {
      waking = new AbortController();
      try {
        await delivery.run({ signal: closing.signal });
      } catch (thrown) {
        if (!isAbortError(thrown)) logger.error({ err: thrown }, 'notices could not be delivered');
      }
      await sleep(intervalMs, undefined, { signal: waking.signal }).catch(() => {});
    }
  })();
  return {
    wake: () => waking.abort(),
    async [Symbol.asyncDispose]() {
      closing.abort();
      waking.abort();
      await running;
    },
  };
}

const inboxLink = (baseUrl: string, { conversationId }: ConversationKey) =>
  `${baseUrl}/console/inbox/${conversationId}`;

export interface CaseSyncParts extends Pick<NoticesOptions, 'baseUrl' | 'store'> {
  readonly bridge: HandoverBridge;
  readonly cases: Pick<CaseWork, 'act' | 'takeIn'>;
  readonly now?: () => Date;
}

/** The delivery of a bridge's notices. */
export function caseSyncOf({ bridge, cases, baseUrl, ...rest }: CaseSyncParts): Deliver {
  return createCaseSync({
    ...rest,
    bridge,
    linkTo: (key) => inboxLink(baseUrl, key),
    replied: (key, reply) => cases.takeIn(key, { ...reply, isMailed: bridge.mailsReplies }),
    closed: (key, by) => cases.act(key, { type: 'resolve', by, overrides: true }),
  });
}
