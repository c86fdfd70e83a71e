// Freshdesk: solutions and tickets. https://developers.freshdesk.com/api
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import { type ConnectionOptions, checkSubdomain, type DeskClient, mostPages } from '../desk-client.ts';
import { basicAuthorization, createJsonClient, type JsonObject, jsonObject, segment } from '../http.ts';

export const freshdeskVariables = { key: 'ANSWERDESK_FRESHDESK_KEY' } as const;

export interface FreshdeskOptions extends ConnectionOptions {
  readonly subdomain: string;
  /** API key of an agent. */
  readonly key: string;
  readonly variables?: readonly string[];
}

const pageSize = 100;
/** Freshdesk lists no more of one search; a later search begins where this one ended. */
const pagesOfSearch = 300;
/** Folders in folders. */
const mostLevels = 5;

export const resolved = 4;
export const closed = 5;

const placesSchema = z.array(z.looseObject({ id: z.number() }));
const ticketsSchema = z.array(z.looseObject({ id: z.number(), status: z.number(), updated_at: z.string() }));

export function createFreshdesk(options: FreshdeskOptions): DeskClient {
  const { key, variables = Object.values(freshdeskVariables), ...connection } = options;
  const subdomain = checkSubdomain(options.subdomain, { name: 'Freshdesk', domain: 'freshdesk.com' });
  const origin = connection.origin ?? `https://${subdomain}.freshdesk.com`;
  const client = createJsonClient({
    ...connection,
    origin,
    name: 'Freshdesk',
    variables,
    // Any word is the password to an API key.
    headers: () => basicAuthorization(key, 'X'),
  });

  /** Undefined: what is asked for is not there. */
  async function all<T>(
    path: string,
    schema: z.ZodType<readonly T[]>,
    { signal }: CallOptions,
  ): Promise<T[] | undefined> {
    const found: T[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const list = await client.find({ path, query: { page, per_page: pageSize }, schema, signal });
      if (!list) return page === 1 ? undefined : found;
      found.push(...list);
      if (list.length < pageSize) break;
    }
    return found;
  }

  async function* folder(
    place: z.infer<typeof placesSchema>[number],
    { signal, above = [] }: CallOptions & { readonly above?: readonly JsonObject[] },
  ): AsyncGenerator<JsonObject> {
    yield { folders: [...above, place] };
    const path = `/api/v2/solutions/folders/${segment(place.id)}`;
    for (const article of (await all(`${path}/articles`, placesSchema, { signal })) ?? [])
      yield {
        ...article,
        folder_id: place.id,
        url: `${origin}/support/solutions/articles/${segment(article.id)}`,
      };
    if (above.length >= mostLevels) return;
    // Plans without subfolders have nothing there.
    // As internal as the folder that it is in.
    for (const inner of (await all(`${path}/subfolders`, placesSchema, { signal })) ?? [])
      yield* folder({ ...inner, folder: place }, { signal, above: [...above, place] });
  }

  return {
    ticketKind: 'ticket',
    listsChangesOnly: false,

    async *articles({ signal }) {
      const path = '/api/v2/solutions/categories';
      // The first request says whether the account and the key are right.
      await client.request({ path, query: { per_page: 1 }, schema: placesSchema, signal });
      for (const category of (await all(path, placesSchema, { signal })) ?? []) {
        yield { categories: [category] };
        const folders = await all(`${path}/${segment(category.id)}/folders`, placesSchema, { signal });
        for (const place of folders ?? []) yield* folder({ ...place, category }, { signal });
      }
    },

    async *tickets({ since, signal }) {
      let from = new Date(since).toISOString();
      for (let page = 1, count = 0; count < mostPages; page += 1, count += 1) {
        const list = await client.request({
          path: '/api/v2/tickets',
          query: { updated_since: from, order_by: 'updated_at', order_type: 'asc', per_page: pageSize, page },
          schema: ticketsSchema,
          signal,
        });
        yield {
          tickets: list.map((record) => ({
            id: String(record.id),
            stamp: record.updated_at,
            state: record.status === resolved || record.status === closed ? 'ended' : 'open',
            record,
          })),
        };
        const last = list.at(-1)?.updated_at;
        if (list.length < pageSize || last === undefined) return;
        if (page < pagesOfSearch || last === from) continue;
        from = last;
        page = 0;
      }
    },

    async ticket({ id }, { signal }) {
      const path = `/api/v2/tickets/${segment(id)}`;
      const ticket = await client.find({ path, schema: jsonObject, signal });
      if (!ticket) return undefined;
      const conversations = await all(`${path}/conversations`, z.array(jsonObject), { signal });
      return { ...ticket, conversations: conversations ?? [] };
    },
  };
}
