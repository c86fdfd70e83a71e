// Intercom as the place where a team works: conversations of leads, tags, webhooks. https://developers.intercom.com/docs/references/rest-api
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, markerOf } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type BridgeOptions, bridgeLimits, caseGone, idText } from '../bridge-options.ts';
import { createJsonClient, segment } from '../http.ts';
import { headerOf, hmac, readBody, requireSame } from '../webhook-check.ts';
import { intercomHost, intercomVariables, intercomVersion } from './intercom.ts';

export interface IntercomBridgeOptions extends BridgeOptions {
  readonly region: string;
  readonly token: string;
}

const id = z.union([z.string(), z.number()]);
const made = z.looseObject({ id });
const meSchema = z.looseObject({
  id,
  name: z.string().nullish(),
  app: z.looseObject({ id_code: z.string(), name: z.string().nullish() }),
});
const startedSchema = z.looseObject({ conversation_id: id });
const foundSchema = z.object({
  conversations: z.array(
    z.looseObject({ id, source: z.looseObject({ body: z.string().nullish() }).nullish() }),
  ),
});
const author = z.looseObject({ type: z.string(), id, name: z.string().nullish() });
const conversationSchema = z.looseObject({
  state: z.string(),
  source: z.looseObject({ body: z.string().nullish(), author }),
  conversation_parts: z.looseObject({
    conversation_parts: z.array(
      z.looseObject({
        id,
        part_type: z.string(),
        body: z.string().nullish(),
        author,
        attachments: z.array(z.looseObject({ name: z.string() })).nullish(),
      }),
    ),
  }),
});
const eventSchema = z.object({
  id: z.string(),
  data: z.object({ item: z.looseObject({ type: z.literal('conversation'), id }) }),
});

/** With a body, these are said to the customer; notes and assignments are not. */
const saidToCustomer = new Set(['comment', 'open', 'close']);

export function createIntercomBridge(options: IntercomBridgeOptions): HandoverBridge {
  const { region, token, secret, now: _now, limits, ...connection } = options;
  const client = createJsonClient({
    origin: intercomHost(region),
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    name: 'Intercom',
    variables: Object.values(intercomVariables),
    headers: () => ({ authorization: `Bearer ${token}`, 'intercom-version': intercomVersion }),
  });
  const me = ({ signal }: CallOptions) => client.request({ path: '/me', schema: meSchema, signal });

  /** Tags may be set twice. */
  async function tagged(
    caseId: string,
    labels: readonly string[],
    { signal }: CallOptions,
  ): Promise<CaseThere> {
    const { id: admin, app } = await me({ signal });
    for (const name of labels) {
      const tag = await client.request({ path: '/tags', body: { name }, schema: made, signal });
      await client.request({
        path: `/conversations/${segment(caseId)}/tags`,
        body: { id: idText(tag.id), admin_id: idText(admin) },
        schema: made,
        signal,
      });
    }
    const host = region === 'us' ? 'app.intercom.com' : `app.${region}.intercom.com`;
    return { id: caseId, url: `https://${host}/a/inbox/${app.id_code}/inbox/conversation/${caseId}` };
  }

  const conversation = (caseId: string, { signal }: CallOptions) =>
    client.find({
      path: `/conversations/${segment(caseId)}`,
      query: { display_as: 'plaintext' },
      schema: conversationSchema,
      signal,
    });

  return {
    name: 'intercom',
    mailsReplies: true,

    async find({ reference, labels }, { signal }) {
      const { conversations } = await client.request({
        path: '/conversations/search',
        body: { query: { field: 'source.body', operator: '~', value: reference } },
        schema: foundSchema,
        signal,
      });
      const start = markerOf(reference, 0).slice(0, -2);
      const found = conversations.find(({ source }) => source?.body?.includes(start));
      return found && tagged(idText(found.id), labels, { signal });
    },

    async open({ text, labels, email }, { signal }) {
      // A lead of their own: nobody has proved that the address is theirs.
      const body = { role: 'lead', ...(email === undefined ? { name: 'Visitor' } : { email, name: email }) };
      const lead = await client.request({ path: '/contacts', body, schema: made, signal });
      const started = await client.request({
        path: '/conversations',
        body: { from: { type: 'lead', id: idText(lead.id) }, body: text },
        schema: startedSchema,
        signal,
      });
      return tagged(idText(started.conversation_id), labels, { signal });
    },

    async append(caseId, { author, text }, { signal }) {
      const found = await conversation(caseId, { signal });
      if (!found) throw caseGone('Intercom', caseId);
      const said =
        author === 'customer'
          ? { message_type: 'comment', type: 'user', intercom_user_id: idText(found.source.author.id) }
          : { message_type: 'note', type: 'admin', admin_id: idText((await me({ signal })).id) };
      const path = `/conversations/${segment(caseId)}/reply`;
      await client.request({ path, body: { ...said, body: text }, schema: z.looseObject({}), signal });
    },

    async close(caseId, { signal }) {
      const admin = idText((await me({ signal })).id);
      const done = await client.find({
        path: `/conversations/${segment(caseId)}/parts`,
        body: { message_type: 'close', type: 'admin', admin_id: admin },
        schema: z.looseObject({}),
        signal,
      });
      if (!done) throw caseGone('Intercom', caseId);
    },

    async read(caseId, { signal }) {
      const found = await conversation(caseId, { signal });
      if (!found) return undefined;
      const parts = found.conversation_parts.conversation_parts.filter(({ body }) => body);
      const isReply = (part: (typeof parts)[number]) =>
        saidToCustomer.has(part.part_type) && part.author.type === 'admin';
      return {
        isClosed: found.state === 'closed',
        replies: parts.filter(isReply).map((part) => ({
          id: idText(part.id),
          text: part.body!.trim(),
          by: { id: idText(part.author.id), name: part.author.name ?? 'Agent' },
          attachments: part.attachments?.map(({ name }) => name) ?? [],
        })),
        others: [found.source.body ?? '', ...parts.filter((part) => !isReply(part)).map(({ body }) => body!)],
      };
    },

    receive(webhook) {
      const signing = { algorithm: 'sha1', secret, encoding: 'hex' } as const;
      const expected = `sha1=${hmac(signing, [webhook.body])}`;
      requireSame(headerOf(webhook, 'x-hub-signature'), expected, 'Intercom');
      const event = readBody(webhook, eventSchema);
      if (!event) return { type: 'other' };
      return { type: 'event', caseId: idText(event.data.item.id), eventId: event.id };
    },

    async check({ signal }) {
      const { name, app } = await me({ signal });
      return `${name ?? 'an app'} of the workspace ${app.name ?? app.id_code}`;
    },
  };
}
