// Freshdesk as the place where a team works: tickets, private notes, a webhook of an automation. https://developers.freshdesk.com/api
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, markerOf, spoken } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { type BridgeOptions, bridgeLimits, caseGone, idText } from '../bridge-options.ts';
import { checkSubdomain } from '../desk-client.ts';
import { htmlOfText } from '../html-text.ts';
import { basicAuthorization, createJsonClient, segment } from '../http.ts';
import { headerOf, readBody, requireSame } from '../webhook-check.ts';
import { closed, freshdeskVariables, resolved } from './freshdesk.ts';

export interface FreshdeskBridgeOptions extends BridgeOptions {
  readonly subdomain: string;
  readonly key: string;
}

const open = 2;
const sourceChat = 7;
const [lowPriority, urgent] = [1, 4];
const pageSize = 100;
const mostPages = 10;

const ticketSchema = z.looseObject({
  id: z.number(),
  status: z.number(),
  deleted: z.boolean().nullish(),
  description_text: z.string().nullish(),
});
const conversationSchema = z.looseObject({
  id: z.number(),
  body_text: z.string().nullish(),
  incoming: z.boolean(),
  private: z.boolean(),
  user_id: z.number().nullish(),
  attachments: z.array(z.looseObject({ name: z.string() })).nullish(),
});
const agentSchema = z.looseObject({ contact: z.looseObject({ name: z.string().nullish() }) });
const eventSchema = z.object({ ticket_id: z.union([z.string(), z.number()]) });

export function createFreshdeskBridge(options: FreshdeskBridgeOptions): HandoverBridge {
  const { key, secret, now: _now, limits, ...connection } = options;
  const subdomain = checkSubdomain(options.subdomain, { name: 'Freshdesk', domain: 'freshdesk.com' });
  const origin = `https://${subdomain}.freshdesk.com`;
  const client = createJsonClient({
    origin,
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    name: 'Freshdesk',
    variables: Object.values(freshdeskVariables),
    headers: () => basicAuthorization(key, 'X'),
  });
  const names = new Map<number, string>();
  const there = (ticket: number): CaseThere => ({ id: String(ticket), url: `${origin}/a/tickets/${ticket}` });

  async function nameOf(agent: number, { signal }: CallOptions): Promise<string> {
    const known = names.get(agent);
    if (known !== undefined) return known;
    const found = await client.find({
      path: `/api/v2/agents/${segment(agent)}`,
      schema: agentSchema,
      signal,
    });
    const name = found?.contact.name ?? 'Agent';
    names.set(agent, name);
    return name;
  }

  async function setStatus(caseId: string, status: number, { signal }: CallOptions): Promise<void> {
    const path = `/api/v2/tickets/${segment(caseId)}`;
    const changed = await client.find({
      path,
      method: 'PUT',
      body: { status },
      schema: ticketSchema,
      signal,
    });
    if (!changed) throw caseGone('Freshdesk', caseId);
  }

  /** The customer's address, or who they are without one. */
  const requester = (reference: string, email: string | undefined) =>
    email === undefined ? { unique_external_id: reference } : { email };

  return {
    name: 'freshdesk',
    mailsReplies: true,

    async find({ reference, email }, { signal }) {
      const tickets = await client.find({
        path: '/api/v2/tickets',
        query: { ...requester(reference, email), include: 'description', per_page: pageSize },
        schema: z.array(ticketSchema),
        // Nobody of this address yet.
        gone: [400, 404, 410],
        signal,
      });
      const start = markerOf(reference, 0).slice(0, -2);
      const found = tickets?.find(({ description_text: text }) => text?.includes(start));
      return found && there(found.id);
    },

    async open({ reference, subject, text, reason, labels, email }, { signal }) {
      const ticket = await client.request({
        path: '/api/v2/tickets',
        body: {
          ...requester(reference, email),
          ...(email === undefined ? { name: 'Visitor' } : {}),
          subject,
          description: htmlOfText(text),
          tags: labels,
          status: open,
          priority: reason === 'danger' ? urgent : lowPriority,
          source: sourceChat,
        },
        schema: ticketSchema,
        signal,
      });
      return there(ticket.id);
    },

    async append(caseId, entry, { signal }) {
      // First, because it may be done twice.
      if (entry.author === 'customer') await setStatus(caseId, open, { signal });
      const noted = await client.find({
        path: `/api/v2/tickets/${segment(caseId)}/notes`,
        body: { body: htmlOfText(spoken(entry)), private: true },
        schema: z.looseObject({ id: z.number() }),
        signal,
      });
      if (!noted) throw caseGone('Freshdesk', caseId);
    },

    close: (caseId, options) => setStatus(caseId, resolved, options),

    async read(caseId, { signal }) {
      const path = `/api/v2/tickets/${segment(caseId)}`;
      const ticket = await client.find({ path, schema: ticketSchema, signal });
      if (!ticket || ticket.deleted) return undefined;
      const all: z.infer<typeof conversationSchema>[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const list = await client.find({
          path: `${path}/conversations`,
          query: { page, per_page: pageSize },
          schema: z.array(conversationSchema),
          signal,
        });
        all.push(...(list ?? []));
        if ((list?.length ?? 0) < pageSize) break;
      }
      const isReply = (one: (typeof all)[number]) => !one.private && !one.incoming && one.user_id != null;
      const replies = [];
      for (const one of all.filter(isReply))
        replies.push({
          id: String(one.id),
          text: (one.body_text ?? '').trim(),
          by: { id: String(one.user_id), name: await nameOf(one.user_id!, { signal }) },
          attachments: one.attachments?.map(({ name }) => name) ?? [],
        });
      return {
        isClosed: ticket.status === resolved || ticket.status === closed,
        replies,
        others: [
          ticket.description_text ?? '',
          ...all.filter((one) => !isReply(one)).map(({ body_text: text }) => text ?? ''),
        ],
      };
    },

    receive(webhook) {
      requireSame(headerOf(webhook, 'x-answerdesk-secret'), secret, 'Freshdesk');
      const ticket = readBody(webhook, eventSchema)?.ticket_id;
      const caseId = ticket === undefined ? undefined : /\d+/.exec(idText(ticket))?.[0];
      // An automation has no id for its events. One that is repeated makes us read the ticket once more, and no harm.
      if (caseId === undefined) return { type: 'other' };
      return { type: 'event', caseId, eventId: newSecret() };
    },

    async check({ signal }) {
      const me = await client.request({ path: '/api/v2/agents/me', schema: agentSchema, signal });
      return `${me.contact.name ?? 'an agent'} of ${subdomain}.freshdesk.com`;
    },
  };
}
