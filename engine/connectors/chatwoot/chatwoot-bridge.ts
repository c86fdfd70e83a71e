// Chatwoot as the place where a team works: conversations of an API inbox, webhooks. https://developers.chatwoot.com/api-reference
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, spoken } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type BridgeOptions, bridgeLimits, caseGone, idText } from '../bridge-options.ts';
import { createJsonClient, segment } from '../http.ts';
import { digestOf, headerOf, hmac, readBody, requireFresh, requireSame } from '../webhook-check.ts';
import { chatwootPlace, chatwootVariables } from './chatwoot.ts';

export interface ChatwootBridgeOptions extends BridgeOptions {
  /** `app.chatwoot.com/3` */
  readonly account: string;
  readonly token: string;
  /** Number of an inbox of the kind API. */
  readonly inbox: number;
}

const mostPages = 5;
const outgoing = 1;

const contactSchema = z.looseObject({
  id: z.number(),
  email: z.string().nullish(),
  identifier: z.string().nullish(),
});
const conversationSchema = z.looseObject({
  id: z.number(),
  status: z.string().nullish(),
  custom_attributes: z.record(z.string(), z.unknown()).nullish(),
});
const messageSchema = z.looseObject({
  id: z.number(),
  content: z.string().nullish(),
  message_type: z.number(),
  private: z.boolean().nullish(),
  sender: z
    .looseObject({ id: z.number().nullish(), name: z.string().nullish(), type: z.string().nullish() })
    .nullish(),
  attachments: z.array(z.looseObject({ data_url: z.string().nullish() })).nullish(),
});
const listOf = <T extends z.ZodType>(item: T) => z.object({ payload: z.array(item) });
const doneSchema = z.looseObject({});
const inboxSchema = z.looseObject({ name: z.string(), channel_type: z.string() });
const id = z.union([z.string(), z.number()]);
const eventSchema = z.looseObject({
  event: z.string(),
  id: id.nullish(),
  conversation: z.looseObject({ id }).nullish(),
});

export function createChatwootBridge(options: ChatwootBridgeOptions): HandoverBridge {
  const { token, inbox, secret, now = () => new Date(), limits, ...connection } = options;
  const { origin, number } = chatwootPlace(options.account);
  const base = `/api/v1/accounts/${number}`;
  const client = createJsonClient({
    origin,
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    name: 'Chatwoot',
    variables: Object.values(chatwootVariables),
    headers: () => ({ api_access_token: token }),
  });
  const there = (conversation: number): CaseThere => ({
    id: String(conversation),
    url: `${origin}/app/accounts/${number}/conversations/${conversation}`,
  });

  async function contactOf(reference: string, email: string | undefined, { signal }: CallOptions) {
    const { payload } = await client.request({
      path: `${base}/contacts/search`,
      query: { q: email ?? reference },
      schema: listOf(contactSchema),
      signal,
    });
    return payload.find((contact) =>
      email === undefined
        ? contact.identifier === reference
        : contact.email?.toLowerCase() === email.toLowerCase(),
    );
  }

  async function labelled(
    conversation: number,
    labels: readonly string[],
    { signal }: CallOptions,
  ): Promise<CaseThere> {
    const path = `${base}/conversations/${conversation}/labels`;
    await client.request({ path, body: { labels }, schema: doneSchema, signal });
    return there(conversation);
  }

  return {
    name: 'chatwoot',
    mailsReplies: false,

    async find({ reference, email, labels }, { signal }) {
      const contact = await contactOf(reference, email, { signal });
      if (!contact) return undefined;
      const { payload } = await client.request({
        path: `${base}/contacts/${contact.id}/conversations`,
        schema: listOf(conversationSchema),
        signal,
      });
      const found = payload.find((one) => one.custom_attributes?.answerdesk === reference);
      return found && labelled(found.id, labels, { signal });
    },

    async open({ reference, text, labels, email }, { signal }) {
      const known = await contactOf(reference, email, { signal });
      const contact =
        known ??
        (
          await client.request({
            path: `${base}/contacts`,
            body: {
              inbox_id: inbox,
              identifier: reference,
              name: email ?? 'Visitor',
              ...(email === undefined ? {} : { email }),
            },
            schema: z.object({ payload: z.looseObject({ contact: contactSchema }) }),
            signal,
          })
        ).payload.contact;
      const made = await client.request({
        path: `${base}/conversations`,
        body: {
          inbox_id: inbox,
          contact_id: contact.id,
          status: 'open',
          custom_attributes: { answerdesk: reference },
          message: { content: text, message_type: 'outgoing', private: true },
        },
        schema: conversationSchema,
        signal,
      });
      return labelled(made.id, labels, { signal });
    },

    async append(caseId, entry, { signal }) {
      const said =
        entry.author === 'customer'
          ? { content: entry.text, message_type: 'incoming', private: false }
          : { content: spoken(entry), message_type: 'outgoing', private: true };
      const path = `${base}/conversations/${segment(caseId)}/messages`;
      const added = await client.find({ path, body: said, schema: doneSchema, signal });
      if (!added) throw caseGone('Chatwoot', caseId);
    },

    async close(caseId, { signal }) {
      const done = await client.find({
        path: `${base}/conversations/${segment(caseId)}/toggle_status`,
        body: { status: 'resolved' },
        schema: doneSchema,
        signal,
      });
      if (!done) throw caseGone('Chatwoot', caseId);
    },

    async read(caseId, { signal }) {
      const path = `${base}/conversations/${segment(caseId)}`;
      const found = await client.find({ path, schema: conversationSchema, signal });
      if (!found) return undefined;
      const messages: z.infer<typeof messageSchema>[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const before = messages[0]?.id;
        const schema = listOf(messageSchema);
        const list = await client.find({ path: `${path}/messages`, query: { before }, schema, signal });
        const older = (list?.payload ?? []).filter((one) => before === undefined || one.id < before);
        if (older.length === 0) break;
        messages.unshift(...older.toSorted((left, right) => left.id - right.id));
      }
      const isReply = (one: (typeof messages)[number]) =>
        one.message_type === outgoing && !one.private && one.sender?.type?.toLowerCase() === 'user';
      return {
        isClosed: found.status === 'resolved',
        replies: messages.filter(isReply).map((one) => ({
          id: String(one.id),
          text: (one.content ?? '').trim(),
          by: { id: String(one.sender?.id ?? 0), name: one.sender?.name ?? 'Agent' },
          attachments: one.attachments?.map(({ data_url: url }) => fileName(url ?? '')) ?? [],
        })),
        others: messages.filter((one) => !isReply(one)).map(({ content }) => content ?? ''),
      };
    },

    receive(webhook) {
      const given = headerOf(webhook, 'x-chatwoot-signature');
      const time = headerOf(webhook, 'x-chatwoot-timestamp');
      // Versions that do not sign yet have the secret in the address.
      if (given === '') requireSame(webhook.pathSecret ?? '', secret, 'Chatwoot');
      else {
        const signing = { algorithm: 'sha256', secret, encoding: 'hex' } as const;
        requireSame(given, `sha256=${hmac(signing, [time, '.', webhook.body])}`, 'Chatwoot');
        requireFresh(Number(time) * 1000, { desk: 'Chatwoot', now });
      }
      const event = readBody(webhook, eventSchema);
      const caseId =
        event?.conversation?.id ?? (event?.event.startsWith('conversation_') ? event.id : undefined);
      if (caseId == null) return { type: 'other' };
      const eventId = headerOf(webhook, 'x-chatwoot-delivery') || digestOf(time, webhook.body);
      return { type: 'event', caseId: idText(caseId), eventId };
    },

    async check({ signal }) {
      const profile = z.looseObject({ name: z.string().nullish() });
      const me = await client.request({ path: '/api/v1/profile', schema: profile, signal });
      const found = await client.request({ path: `${base}/inboxes/${inbox}`, schema: inboxSchema, signal });
      if (found.channel_type !== 'Channel::Api')
        throw new AppError(
          'config-invalid',
          `The Chatwoot inbox "${found.name}" is no API inbox: only to one of these can messages of a customer be added. Make one, and set ANSWERDESK_BRIDGE_INBOX to its number.`,
        );
      return `${me.name ?? 'an agent'}, inbox ${found.name}`;
    },
  };
}

/** The last part of an address. */
function fileName(url: string): string {
  return URL.parse(url)?.pathname.split('/').at(-1) || 'file';
}
