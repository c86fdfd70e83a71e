// Zendesk: Help Center and incremental ticket export. https://developer.zendesk.com/api-reference
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type ConnectionOptions, checkSubdomain, type DeskClient, mostPages } from '../desk-client.ts';
import { basicAuthorization, createJsonClient, type JsonObject, jsonObject, segment } from '../http.ts';

export const zendeskVariables = {
  email: 'ANSWERDESK_ZENDESK_EMAIL',
  token: 'ANSWERDESK_ZENDESK_TOKEN',
} as const;

export interface ZendeskOptions extends ConnectionOptions {
  readonly subdomain: string;
  /** Of the agent whose API token it is. */
  readonly email: string;
  readonly token: string;
  /** For messages. */
  readonly variables?: readonly string[];
}

const pageSize = 100;

const pageSchema = z.looseObject({
  meta: z.looseObject({ has_more: z.boolean(), after_cursor: z.string().nullish() }),
});
const placesSchema = pageSchema.extend({
  categories: z.array(jsonObject).optional(),
  sections: z.array(jsonObject).optional(),
});
const articlesSchema = pageSchema.extend({
  articles: z.array(z.looseObject({ id: z.number() })),
  translations: z.array(z.looseObject({ source_id: z.number(), locale: z.string() })).optional(),
});
const commentsSchema = pageSchema.extend({
  comments: z.array(jsonObject),
  users: z.array(jsonObject).optional(),
});
const ticketsSchema = z.object({
  tickets: z.array(z.looseObject({ id: z.number(), status: z.string(), updated_at: z.string() })),
  after_cursor: z.string().nullish(),
  end_of_stream: z.boolean(),
});

export function createZendesk(options: ZendeskOptions): DeskClient {
  const { email, token, variables = Object.values(zendeskVariables), ...connection } = options;
  const subdomain = checkSubdomain(options.subdomain, { name: 'Zendesk', domain: 'zendesk.com' });
  const client = createJsonClient({
    origin: `https://${subdomain}.zendesk.com`,
    ...connection,
    name: 'Zendesk',
    variables,
    headers: () => basicAuthorization(`${email}/token`, token),
  });

  /** Pages by cursor. */
  async function* pages<T extends z.infer<typeof pageSchema>>(
    path: string,
    schema: z.ZodType<T>,
    { signal, query = {} }: CallOptions & { readonly query?: Record<string, string> },
  ): AsyncGenerator<T> {
    let cursor: string | undefined;
    do {
      const page = await client.request({
        path,
        query: { ...query, 'page[size]': pageSize, 'page[after]': cursor },
        schema,
        signal,
      });
      yield page;
      const next = page.meta.has_more ? (page.meta.after_cursor ?? undefined) : undefined;
      if (next !== undefined && next === cursor) throw samePageAgain();
      cursor = next;
    } while (cursor !== undefined);
  }

  return {
    ticketKind: 'ticket',
    listsChangesOnly: true,

    async *articles({ signal }) {
      for (const places of ['categories', 'sections'])
        for await (const page of pages(`/api/v2/help_center/${places}`, placesSchema, { signal }))
          yield { categories: page.categories ?? [], sections: page.sections ?? [] };
      const query = { include: 'translations' };
      for await (const page of pages('/api/v2/help_center/articles', articlesSchema, { signal, query })) {
        for (const article of page.articles) {
          yield article;
          const translations = page.translations?.filter(({ source_id: id }) => id === article.id) ?? [];
          for (const translation of translations)
            if (translation.locale !== article.locale) yield translated(article, translation);
        }
      }
    },

    async *tickets({ since, cursor, signal }) {
      let after = cursor;
      for (let count = 0; count < mostPages; count += 1) {
        const page = await client.request({
          path: '/api/v2/incremental/tickets/cursor.json',
          query: after === undefined ? { start_time: Math.floor(since / 1000) } : { cursor: after },
          schema: ticketsSchema,
          signal,
        });
        const next = page.after_cursor ?? after;
        yield {
          tickets: page.tickets.map((record) => ({
            id: String(record.id),
            stamp: record.updated_at,
            state: stateOf(record.status),
            record,
          })),
          ...(next === undefined ? {} : { cursor: next }),
        };
        if (page.end_of_stream) return;
        if (next === after) throw samePageAgain();
        after = next;
      }
    },

    async ticket({ id, record }, { signal }) {
      const comments: JsonObject[] = [];
      const users: JsonObject[] = [];
      const path = `/api/v2/tickets/${segment(id)}/comments.json`;
      let cursor: string | undefined;
      do {
        const query = { include: 'users', 'page[size]': pageSize, 'page[after]': cursor };
        const page = await client.find({ path, query, schema: commentsSchema, signal });
        // Deleted since it was listed.
        if (!page) return undefined;
        comments.push(...page.comments);
        users.push(...(page.users ?? []));
        const next = page.meta.has_more ? (page.meta.after_cursor ?? undefined) : undefined;
        if (next !== undefined && next === cursor) throw samePageAgain();
        cursor = next;
      } while (cursor !== undefined);
      return { ticket: { ...record, comments }, users };
    },
  };
}

/** A translation says of itself what may differ from its original. */
function translated(article: JsonObject, translation: JsonObject): JsonObject {
  const { title, body, locale, html_url, draft, outdated, updated_at } = translation;
  return {
    ...article,
    source_locale: article.locale,
    title,
    body,
    locale,
    html_url,
    draft,
    outdated,
    updated_at,
  };
}

function stateOf(status: string): 'ended' | 'open' | 'gone' {
  if (status === 'deleted') return 'gone';
  return status === 'solved' || status === 'closed' ? 'ended' : 'open';
}

function samePageAgain(): AppError {
  return new AppError('internal', 'Zendesk gives the same page again and again. Run it again later.');
}
