// Zendesk as the place where a team works: tickets, internal comments, webhooks. https://developer.zendesk.com/api-reference
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, spoken } from '#core/bridges.ts';
import { type BridgeOptions, bridgeLimits, caseGone, idText } from '../bridge-options.ts';
import { checkSubdomain } from '../desk-client.ts';
import { basicAuthorization, createJsonClient, segment } from '../http.ts';
import { headerOf, hmac, readBody, requireFresh, requireSame } from '../webhook-check.ts';
import { zendeskVariables } from './zendesk.ts';

export interface ZendeskBridgeOptions extends BridgeOptions {
  readonly subdomain: string;
  readonly email: string;
  readonly token: string;
}

const ticketSchema = z.object({
  ticket: z.looseObject({ id: z.number(), status: z.string().optional() }),
});
const listSchema = z.object({
  tickets: z.array(z.looseObject({ id: z.number(), external_id: z.string().nullish() })),
});
const commentsSchema = z.object({
  comments: z.array(
    z.looseObject({
      id: z.number(),
      public: z.boolean(),
      author_id: z.number(),
      plain_body: z.string().nullish(),
      body: z.string(),
      attachments: z.array(z.looseObject({ file_name: z.string() })).optional(),
    }),
  ),
  users: z.array(z.looseObject({ id: z.number(), name: z.string(), role: z.string() })),
});
const meSchema = z.object({
  user: z.looseObject({ name: z.string().nullish(), role: z.string().nullish() }),
});
/** A trigger's body as docs/handover.md has it, or an event that the webhook is subscribed to. */
const id = z.union([z.string(), z.number()]);
const eventSchema = z.object({ ticket: id }).or(z.object({ detail: z.looseObject({ id }) }));

export function createZendeskBridge(options: ZendeskBridgeOptions): HandoverBridge {
  const { email, token, secret, now = () => new Date(), limits, ...connection } = options;
  const subdomain = checkSubdomain(options.subdomain, { name: 'Zendesk', domain: 'zendesk.com' });
  const origin = `https://${subdomain}.zendesk.com`;
  const client = createJsonClient({
    origin,
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    name: 'Zendesk',
    variables: Object.values(zendeskVariables),
    headers: () => basicAuthorization(`${email}/token`, token),
  });
  const there = (ticket: number): CaseThere => ({
    id: String(ticket),
    url: `${origin}/agent/tickets/${ticket}`,
  });

  return {
    name: 'zendesk',
    mailsReplies: true,

    async find({ reference }, { signal }) {
      const { tickets } = await client.request({
        path: '/api/v2/tickets.json',
        query: { external_id: reference },
        schema: listSchema,
        signal,
      });
      const found = tickets.find(({ external_id }) => external_id === reference);
      return found && there(found.id);
    },

    async open({ reference, subject, text, labels, email: customer }, { signal }) {
      const { ticket } = await client.request({
        path: '/api/v2/tickets.json',
        // Should two requests cross, the second is refused.
        headers: { 'idempotency-key': reference },
        body: {
          ticket: {
            subject,
            external_id: reference,
            tags: labels,
            comment: { body: text, public: false },
            ...(customer === undefined ? {} : { requester: { name: customer, email: customer } }),
          },
        },
        schema: ticketSchema,
        signal,
      });
      return there(ticket.id);
    },

    async append(caseId, entry, { signal }) {
      const changed = await client.find({
        path: `/api/v2/tickets/${segment(caseId)}.json`,
        method: 'PUT',
        body: {
          ticket: {
            comment: { body: spoken(entry), public: false },
            ...(entry.author === 'customer' ? { status: 'open' } : {}),
          },
        },
        // A ticket that is closed for good takes nothing more.
        gone: [404, 410, 422],
        schema: ticketSchema,
        signal,
      });
      if (!changed) throw caseGone('Zendesk', caseId);
    },

    async close(caseId, { signal }) {
      const changed = await client.find({
        path: `/api/v2/tickets/${segment(caseId)}.json`,
        method: 'PUT',
        body: { ticket: { status: 'solved' } },
        schema: ticketSchema,
        signal,
      });
      if (!changed) throw caseGone('Zendesk', caseId);
    },

    async read(caseId, { signal }) {
      const path = `/api/v2/tickets/${segment(caseId)}`;
      const found = await client.find({ path: `${path}.json`, schema: ticketSchema, signal });
      if (!found || found.ticket.status === 'deleted') return undefined;
      const list = await client.find({
        path: `${path}/comments.json`,
        query: { include: 'users', sort: '-created_at', 'page[size]': 100 },
        schema: commentsSchema,
        signal,
      });
      if (!list) return undefined;
      const users = new Map(list.users.map((user) => [user.id, user]));
      const isReply = (comment: (typeof list.comments)[number]) =>
        comment.public && ['agent', 'admin'].includes(users.get(comment.author_id)?.role ?? '');
      const comments = list.comments.toSorted((left, right) => left.id - right.id);
      return {
        isClosed: found.ticket.status === 'solved' || found.ticket.status === 'closed',
        replies: comments.filter(isReply).map((comment) => ({
          id: String(comment.id),
          text: comment.plain_body ?? comment.body,
          by: { id: String(comment.author_id), name: users.get(comment.author_id)!.name },
          attachments: comment.attachments?.map((file) => file.file_name) ?? [],
        })),
        others: comments.filter((comment) => !isReply(comment)).map((comment) => comment.body),
      };
    },

    receive(webhook) {
      const time = headerOf(webhook, 'x-zendesk-webhook-signature-timestamp');
      const signature = headerOf(webhook, 'x-zendesk-webhook-signature');
      const signing = { algorithm: 'sha256', secret, encoding: 'base64' } as const;
      requireSame(signature, hmac(signing, [time, webhook.body]), 'Zendesk');
      requireFresh(Date.parse(time), { desk: 'Zendesk', now });
      const event = readBody(webhook, eventSchema);
      if (!event) return { type: 'other' };
      const caseId = idText('ticket' in event ? event.ticket : event.detail.id);
      return {
        type: 'event',
        caseId,
        eventId: headerOf(webhook, 'x-zendesk-webhook-invocation-id') || signature,
      };
    },

    async check({ signal }) {
      const { user } = await client.request({ path: '/api/v2/users/me.json', schema: meSchema, signal });
      return `${user.name ?? email} (${user.role ?? 'unknown role'}) of ${subdomain}.zendesk.com`;
    },
  };
}
