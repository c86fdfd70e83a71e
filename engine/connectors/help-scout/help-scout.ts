// Help Scout: articles of Docs and conversations of the inbox, two APIs with credentials of their own. https://developer.helpscout.com
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type ConnectionOptions, type DeskClient, mostPages } from '../desk-client.ts';
import {
  basicAuthorization,
  createJsonClient,
  type JsonClient,
  type JsonObject,
  jsonObject,
  segment,
} from '../http.ts';

export const helpScoutVariables = {
  docsKey: 'ANSWERDESK_HELP_SCOUT_DOCS_KEY',
  appId: 'ANSWERDESK_HELP_SCOUT_APP_ID',
  appSecret: 'ANSWERDESK_HELP_SCOUT_APP_SECRET',
} as const;

export interface HelpScoutOptions extends ConnectionOptions {
  /** For articles. */
  readonly docsKey?: string | undefined;
  /** For conversations: an OAuth2 app with client credentials. */
  readonly appId?: string | undefined;
  readonly appSecret?: string | undefined;
  readonly variables?: Readonly<Record<keyof typeof helpScoutVariables, string>>;
}

const pageSize = 100;

const pageOf = <T extends z.ZodType>(item: T) => z.looseObject({ pages: z.number(), items: z.array(item) });
const collectionsSchema = z.object({ collections: pageOf(z.looseObject({ id: z.string() })) });
const listedSchema = z.object({ articles: pageOf(z.looseObject({ id: z.string() })) });
const articleSchema = z.object({ article: jsonObject });

const tokenSchema = z.object({ access_token: z.string().min(1) });
const conversationsSchema = z.object({
  _embedded: z.looseObject({
    conversations: z.array(
      z.looseObject({
        id: z.number(),
        status: z.string(),
        userUpdatedAt: z.string().nullish(),
        closedAt: z.string().nullish(),
      }),
    ),
  }),
  page: z.looseObject({ totalPages: z.number() }),
});
const threadsSchema = z.object({
  _embedded: z.looseObject({ threads: z.array(jsonObject) }),
  page: z.looseObject({ totalPages: z.number() }),
});

export function createHelpScout(options: HelpScoutOptions): DeskClient {
  const { docsKey, appId, appSecret, variables = helpScoutVariables, ...connection } = options;

  /** The client, or what is missing to be one. */
  const docs =
    docsKey === undefined
      ? undefined
      : createJsonClient({
          origin: 'https://docsapi.helpscout.net',
          ...connection,
          name: 'Help Scout Docs',
          variables: [variables.docsKey],
          headers: () => basicAuthorization(docsKey, 'X'),
        });

  const inbox =
    appId === undefined || appSecret === undefined
      ? undefined
      : createHelpScoutInbox({
          ...connection,
          appId,
          appSecret,
          variables: [variables.appId, variables.appSecret],
        });

  return {
    ticketKind: 'conversation',
    listsChangesOnly: false,

    async *articles({ signal }) {
      const client = present(docs, [variables.docsKey], 'articles');
      for (let page = 1; page <= mostPages; page += 1) {
        const { collections } = await client.request({
          path: '/v1/collections',
          query: { page },
          schema: collectionsSchema,
          signal,
        });
        for (const collection of collections.items) yield* articlesOf(collection, client, signal);
        if (page >= collections.pages) return;
      }
    },

    async *tickets({ since, signal }) {
      const client = present(inbox, [variables.appId, variables.appSecret], 'conversations');
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { status: 'closed', modifiedSince: isoSeconds(since), page };
        const list = await client.request({
          path: '/v2/conversations',
          query,
          schema: conversationsSchema,
          signal,
        });
        yield {
          tickets: list._embedded.conversations.map((record) => ({
            id: String(record.id),
            stamp: record.userUpdatedAt ?? record.closedAt ?? '',
            state: record.status === 'closed' ? 'ended' : 'open',
            record,
          })),
        };
        if (page >= list.page.totalPages) return;
      }
    },

    async ticket({ id, record }, { signal }) {
      const client = present(inbox, [variables.appId, variables.appSecret], 'conversations');
      const threads: JsonObject[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const path = `/v2/conversations/${segment(id)}/threads`;
        const list = await client.find({ path, query: { page }, schema: threadsSchema, signal });
        if (!list) return undefined;
        threads.push(...list._embedded.threads);
        if (page >= list.page.totalPages) break;
      }
      return { ...record, _embedded: { threads } };
    },
  };
}

export interface HelpScoutInboxOptions extends ConnectionOptions {
  readonly appId: string;
  readonly appSecret: string;
  readonly variables: readonly string[];
}

/** The client of the inbox's API; it signs in by itself, and again when its token is refused. */
export function createHelpScoutInbox(options: HelpScoutInboxOptions): JsonClient {
  const { appId, appSecret, ...connection } = options;
  const facts = { origin: 'https://api.helpscout.net', ...connection, name: 'Help Scout' };
  const login = createJsonClient({ ...facts, headers: () => ({}) });
  let token: Promise<string> | undefined;
  const logIn = async ({ signal }: CallOptions) => {
    const body = { grant_type: 'client_credentials', client_id: appId, client_secret: appSecret };
    const { access_token } = await login.request({
      path: '/v2/oauth2/token',
      body,
      schema: tokenSchema,
      signal,
    });
    return access_token;
  };
  return createJsonClient({
    ...facts,
    async headers({ isRefused, signal }) {
      // A token lasts two days, and less when it is taken back.
      if (isRefused) token = undefined;
      token ??= logIn({ signal }).catch((error: unknown) => {
        token = undefined;
        throw error;
      });
      return { authorization: `Bearer ${await token}` };
    },
  });
}

async function* articlesOf(
  collection: JsonObject & { readonly id: string },
  client: JsonClient,
  signal: AbortSignal | undefined,
): AsyncGenerator<JsonObject> {
  yield { collections: [collection] };
  for (let page = 1; page <= mostPages; page += 1) {
    const { articles } = await client.request({
      path: `/v1/collections/${segment(collection.id)}/articles`,
      query: { page, pageSize, status: 'all' },
      schema: listedSchema,
      signal,
    });
    for (const { id } of articles.items) {
      // The list has no texts.
      const found = await client.find({ path: `/v1/articles/${segment(id)}`, schema: articleSchema, signal });
      if (found) yield { collectionId: collection.id, ...found.article };
    }
    if (page >= articles.pages) return;
  }
}

function present(client: JsonClient | undefined, variables: readonly string[], what: string): JsonClient {
  if (client) return client;
  throw new AppError(
    'config-invalid',
    `Help Scout’s ${what} need ${variables.join(' and ')}: set them in the environment or in .env.`,
  );
}

/** Without milliseconds, as its documentation has it. */
function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
