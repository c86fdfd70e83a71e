// Help Scout as the place where a team works: conversations of an inbox, customer threads and notes, webhooks.
// https://developer.helpscout.com/mailbox-api
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, markerOf } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type BridgeOptions, bridgeLimits, caseGone, idText } from '../bridge-options.ts';
import { htmlOfText, textOfHtml } from '../html-text.ts';
import { segment } from '../http.ts';
import { digestOf, headerOf, hmac, readBody, requireSame } from '../webhook-check.ts';
import { createHelpScoutInbox, helpScoutVariables } from './help-scout.ts';

export interface HelpScoutBridgeOptions extends BridgeOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** Number of the inbox that conversations are opened in. */
  readonly inbox: number;
}

/** Of the newest conversations that Answerdesk opened. */
const pagesSearched = 4;

const threadSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  state: z.string().nullish(),
  body: z.string().nullish(),
  createdAt: z.string(),
  createdBy: z.looseObject({
    id: z.number().nullish(),
    type: z.string(),
    first: z.string().nullish(),
    last: z.string().nullish(),
  }),
  _embedded: z
    .looseObject({ attachments: z.array(z.looseObject({ filename: z.string() })).nullish() })
    .nullish(),
});
const conversationSchema = z.looseObject({
  id: z.number(),
  status: z.string(),
  state: z.string().nullish(),
  primaryCustomer: z.looseObject({ id: z.number().nullish() }).nullish(),
  _embedded: z.looseObject({ threads: z.array(threadSchema) }).nullish(),
});
const listSchema = z.object({
  _embedded: z.looseObject({ conversations: z.array(conversationSchema) }).nullish(),
  page: z.looseObject({ totalPages: z.number() }),
});
const id = z.union([z.string(), z.number()]);
const madeSchema = z.object({ id });
const doneSchema = z.looseObject({});
const meSchema = z.looseObject({ firstName: z.string().nullish(), email: z.string().nullish() });

export function createHelpScoutBridge(options: HelpScoutBridgeOptions): HandoverBridge {
  const { inbox, secret, now: _now, limits, ...connection } = options;
  const client = createHelpScoutInbox({
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    variables: [helpScoutVariables.appId, helpScoutVariables.appSecret],
  });
  const there = (conversation: string | number): CaseThere => ({
    id: idText(conversation),
    url: `https://secure.helpscout.net/conversation/${idText(conversation)}`,
  });
  const get = (caseId: string, { signal }: CallOptions) =>
    client.find({
      path: `/v2/conversations/${segment(caseId)}`,
      query: { embed: 'threads' },
      schema: conversationSchema,
      signal,
    });

  return {
    name: 'help-scout',
    mailsReplies: true,

    async find({ reference, labels }, { signal }) {
      const start = markerOf(reference, 0).slice(0, -2);
      for (let page = 1; page <= pagesSearched; page += 1) {
        const list = await client.request({
          path: '/v2/conversations',
          query: {
            mailbox: inbox,
            status: 'all',
            tag: labels[0],
            sortField: 'createdAt',
            sortOrder: 'desc',
            embed: 'threads',
            page,
          },
          schema: listSchema,
          signal,
        });
        const found = list._embedded?.conversations.find((one) =>
          one._embedded?.threads.some(({ body }) => body?.includes(start)),
        );
        if (found) return there(found.id);
        if (page >= list.page.totalPages) return undefined;
      }
      return undefined;
    },

    async open({ reference, subject, text, labels, email }, { signal }) {
      // A customer without an address is not possible here. `.invalid` belongs to nobody.
      const customer = { email: email ?? `visitor-${reference}@answerdesk.invalid`.toLowerCase() };
      const made = await client.request({
        path: '/v2/conversations',
        body: {
          subject,
          customer,
          mailboxId: inbox,
          type: 'email',
          status: 'active',
          tags: labels,
          threads: [{ type: 'customer', customer, text: htmlOfText(text) }],
        },
        schema: madeSchema,
        signal,
      });
      return there(made.id);
    },

    async append(caseId, { author, text }, { signal }) {
      const found = await get(caseId, { signal });
      if (!found || found.state === 'deleted') throw caseGone('Help Scout', caseId);
      const customer = found.primaryCustomer?.id;
      const isCustomers = author === 'customer' && customer != null;
      await client.request({
        path: `/v2/conversations/${segment(caseId)}/${isCustomers ? 'customer' : 'notes'}`,
        body: { text: htmlOfText(text), ...(isCustomers ? { customer: { id: customer } } : {}) },
        schema: doneSchema,
        signal,
      });
    },

    async close(caseId, { signal }) {
      const done = await client.find({
        path: `/v2/conversations/${segment(caseId)}`,
        method: 'PATCH',
        body: { op: 'replace', path: '/status', value: 'closed' },
        schema: doneSchema,
        signal,
      });
      if (!done) throw caseGone('Help Scout', caseId);
    },

    async read(caseId, { signal }) {
      const found = await get(caseId, { signal });
      if (!found || found.state === 'deleted') return undefined;
      const threads = (found._embedded?.threads ?? []).toSorted((left, right) => left.id - right.id);
      const isReply = ({ type, state, createdBy }: (typeof threads)[number]) =>
        type === 'message' && state === 'published' && createdBy.type === 'user';
      return {
        isClosed: found.status === 'closed',
        replies: threads.filter(isReply).map((thread) => ({
          id: String(thread.id),
          text: textOfHtml(thread.body ?? ''),
          by: {
            id: String(thread.createdBy.id ?? 0),
            name: [thread.createdBy.first, thread.createdBy.last].filter(Boolean).join(' ') || 'Agent',
          },
          attachments: thread._embedded?.attachments?.map(({ filename }) => filename) ?? [],
        })),
        others: threads.filter((thread) => !isReply(thread)).map(({ body }) => textOfHtml(body ?? '')),
      };
    },

    receive(webhook) {
      const signing = { algorithm: 'sha1', secret, encoding: 'base64' } as const;
      requireSame(headerOf(webhook, 'x-helpscout-signature'), hmac(signing, [webhook.body]), 'Help Scout');
      const event = headerOf(webhook, 'x-helpscout-event');
      const conversation = event.startsWith('convo.') ? readBody(webhook, madeSchema) : undefined;
      if (!conversation) return { type: 'other' };
      return { type: 'event', caseId: idText(conversation.id), eventId: digestOf(event, webhook.body) };
    },

    async check({ signal }) {
      const me = await client.request({ path: '/v2/users/me', schema: meSchema, signal });
      const found = await client.request({
        path: `/v2/mailboxes/${segment(inbox)}`,
        schema: z.looseObject({ name: z.string() }),
        signal,
      });
      return `${me.firstName ?? me.email ?? 'an app'}, inbox ${found.name}`;
    },
  };
}
