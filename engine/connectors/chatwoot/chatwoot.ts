// Chatwoot: portals and conversations, of its cloud or of a server of one's own. https://developers.chatwoot.com/api-reference
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { type ConnectionOptions, type DeskClient, mostPages } from '../desk-client.ts';
import { createJsonClient, type JsonObject, jsonObject, segment } from '../http.ts';

export const chatwootVariables = { token: 'ANSWERDESK_CHATWOOT_TOKEN' } as const;

export interface ChatwootOptions extends ConnectionOptions {
  /** `app.chatwoot.com/3`: host, and the number of the account. */
  readonly account: string;
  readonly token: string;
  readonly variables?: readonly string[];
}

const portalsSchema = z.object({ payload: z.array(z.looseObject({ slug: z.string() })) });
const articlesSchema = z.object({ payload: z.array(z.looseObject({ id: z.number() })) });
const articleSchema = z.object({ payload: jsonObject });
const conversationsSchema = z.object({
  data: z.looseObject({ payload: z.array(z.looseObject({ id: z.number(), status: z.string() })) }),
});
const messagesSchema = z.object({ payload: z.array(z.looseObject({ id: z.number() })) });

export function createChatwoot(options: ChatwootOptions): DeskClient {
  const { account, token, variables = Object.values(chatwootVariables), ...connection } = options;
  const place = chatwootPlace(account);
  const origin = connection.origin ?? place.origin;
  const base = `/api/v1/accounts/${place.number}`;
  const client = createJsonClient({
    ...connection,
    origin,
    name: 'Chatwoot',
    variables,
    headers: () => ({ api_access_token: token }),
  });

  return {
    ticketKind: 'conversation',
    listsChangesOnly: false,

    async *articles({ signal }) {
      const portals = await client.request({ path: `${base}/portals`, schema: portalsSchema, signal });
      for (const portal of portals.payload) {
        const path = `${base}/portals/${segment(portal.slug)}/articles`;
        const seen = new Set<number>();
        for (let page = 1; page <= mostPages; page += 1) {
          const { payload } = await client.request({ path, query: { page }, schema: articlesSchema, signal });
          const fresh = payload.filter(({ id }) => !seen.has(id));
          // An older version gives all of them on every page.
          if (fresh.length === 0) break;
          for (const article of fresh) {
            seen.add(article.id);
            const whole =
              typeof article.content === 'string'
                ? article
                : (await client.find({ path: `${path}/${article.id}`, schema: articleSchema, signal }))
                    ?.payload;
            if (whole) yield withPortal(whole, portal, origin);
          }
        }
      }
    },

    async *tickets({ since, signal }) {
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { status: 'resolved', assignee_type: 'all', page };
        const list = await client.request({
          path: `${base}/conversations`,
          query,
          schema: conversationsSchema,
          signal,
        });
        const { payload } = list.data;
        // The newest activity comes first.
        const recent = payload.filter((record) => secondsOf(record) * 1000 >= since);
        yield {
          tickets: recent.map((record) => ({
            id: String(record.id),
            stamp: `${record.updated_at ?? ''} ${secondsOf(record)}`,
            state: record.status === 'resolved' ? 'ended' : 'open',
            record,
          })),
        };
        if (recent.length === 0) return;
      }
    },

    async ticket({ id, record }, { signal }) {
      const messages: { readonly id: number }[] = [];
      let before: number | undefined;
      for (let page = 1; page <= mostPages; page += 1) {
        const path = `${base}/conversations/${segment(id)}/messages`;
        const list = await client.find({ path, query: { before }, schema: messagesSchema, signal });
        if (!list) return undefined;
        const older = list.payload.filter((message) => before === undefined || message.id < before);
        if (older.length === 0) break;
        messages.unshift(...older);
        before = Math.min(...older.map((message) => message.id));
      }
      return { ...record, messages };
    },
  };
}

/** A portal that is archived is not on the web any more. */
function withPortal(
  article: JsonObject,
  portal: JsonObject & { readonly slug: string },
  origin: string,
): JsonObject {
  const { slug } = article;
  return {
    ...article,
    ...(typeof slug === 'string'
      ? { url: `${origin}/hc/${segment(portal.slug)}/articles/${segment(slug)}` }
      : {}),
    ...(portal.archived === true ? { archived: true } : {}),
  };
}

function secondsOf({ last_activity_at: active, timestamp, created_at: created }: JsonObject): number {
  return Number(active ?? timestamp ?? created ?? 0);
}

/** Host and number of `app.chatwoot.com/3`. Throws `bad-input`. */
export function chatwootPlace(account: string): { readonly origin: string; readonly number: string } {
  const parts = /^([a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?)\/(\d{1,12})$/i.exec(account);
  if (parts) return { origin: `https://${parts[1]}`, number: parts[2]! };
  throw new AppError(
    'bad-input',
    `Chatwoot: "${account}" is no account. Write HOST/NUMBER as its address shows them, such as app.chatwoot.com/3.`,
  );
}
