// Intercom: articles and conversations. https://developers.intercom.com/docs/references/rest-api/api.intercom.io
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { type ConnectionOptions, type DeskClient, mostPages } from '../desk-client.ts';
import { createJsonClient, jsonObject, segment } from '../http.ts';

export const intercomVariables = { token: 'ANSWERDESK_INTERCOM_TOKEN' } as const;

const hosts: Readonly<Record<string, string>> = {
  us: 'https://api.intercom.io',
  eu: 'https://api.eu.intercom.io',
  au: 'https://api.au.intercom.io',
};

export interface IntercomOptions extends ConnectionOptions {
  /** Where the workspace's data is: us, eu or au. */
  readonly region: string;
  readonly token: string;
  readonly variables?: readonly string[];
}

/** The version whose answers are read here. */
export const intercomVersion = '2.11';
const articlesPerPage = 50;
const conversationsPerPage = 100;

const articlesSchema = z.object({
  data: z.array(jsonObject),
  pages: z.looseObject({ total_pages: z.number() }).nullish(),
});
const searchSchema = z.object({
  conversations: z.array(z.looseObject({ id: z.union([z.string(), z.number()]), updated_at: z.number() })),
  pages: z.looseObject({ next: z.looseObject({ starting_after: z.string() }).nullish() }).nullish(),
});

export function createIntercom(options: IntercomOptions): DeskClient {
  const { region, token, variables = Object.values(intercomVariables), ...connection } = options;
  const client = createJsonClient({
    origin: intercomHost(region),
    ...connection,
    name: 'Intercom',
    variables,
    headers: () => ({ authorization: `Bearer ${token}`, 'intercom-version': intercomVersion }),
  });

  return {
    ticketKind: 'conversation',
    listsChangesOnly: false,

    async *articles({ signal }) {
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { page, per_page: articlesPerPage };
        const list = await client.request({ path: '/articles', query, schema: articlesSchema, signal });
        yield* list.data;
        if (page >= (list.pages?.total_pages ?? 1)) return;
      }
    },

    async *tickets({ since, signal }) {
      let after: string | undefined;
      for (let count = 0; count < mostPages; count += 1) {
        const list = await client.request({
          path: '/conversations/search',
          body: {
            query: {
              operator: 'AND',
              value: [
                { field: 'updated_at', operator: '>', value: Math.floor(since / 1000) },
                { field: 'state', operator: '=', value: 'closed' },
              ],
            },
            pagination: {
              per_page: conversationsPerPage,
              ...(after === undefined ? {} : { starting_after: after }),
            },
          },
          schema: searchSchema,
          signal,
        });
        yield {
          tickets: list.conversations.map((record) => ({
            id: String(record.id),
            stamp: String(record.updated_at),
            state: 'ended' as const,
            record,
          })),
        };
        const next = list.pages?.next?.starting_after;
        if (next === undefined) return;
        if (next === after)
          throw new AppError('internal', 'Intercom gives the same page again and again. Run it again later.');
        after = next;
      }
    },

    ticket: ({ id }, { signal }) =>
      client.find({ path: `/conversations/${segment(id)}`, schema: jsonObject, signal }),
  };
}

/** Throws `bad-input` for a region that is none. */
export function intercomHost(region: string): string {
  const origin = hosts[region];
  if (origin !== undefined) return origin;
  throw new AppError(
    'bad-input',
    `Intercom: "${region}" is no region. Write ${Object.keys(hosts).join(', ')}: where the data of the workspace is kept.`,
  );
}
