// The articles and past conversations of a help desk, through its API. Articles are listed anew each time: what is not in the list is
// gone. Of tickets only those are fetched that have changed since the last run; the others are kept.
import { z } from 'zod';
import type { DeskClient, ListedTicket } from '#connectors/desk-client.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Origin, SourceItem } from '../../item.ts';
import { createFields } from '../field-map.ts';
import { createRecordReader, type RecordReader } from '../record-items.ts';
import type { SourceMemory } from '../source-spec.ts';

export interface ReadDeskOptions extends CallOptions {
  /** `zendesk:acme`, where problems are said to be. */
  readonly place: string;
  readonly read: readonly ('articles' | 'tickets')[];
  /** Milliseconds since 1970: tickets that changed earlier are not read. Absent: as at the first run, which begins with `firstSince`. */
  readonly since?: number | undefined;
  readonly firstSince: number;
  readonly memory?: SourceMemory | undefined;
}

export async function* readDesk(client: DeskClient, options: ReadDeskOptions): AsyncGenerator<SourceItem> {
  const reader = createRecordReader(createFields());
  const { place, read, signal } = options;
  if (read.includes('articles')) {
    for await (const record of client.articles({ signal }))
      yield* reader.read(record, originOf(place, 'articles', record.id));
  }
  if (read.includes('tickets')) yield* readTickets(client, reader, options);
  yield* reader.finish();
}

const memoryKey = 'tickets';
/** `stamps`: of every past conversation that was read or kept, by id. */
const memorySchema = z.object({
  since: z.number(),
  cursor: z.string().optional(),
  stamps: z.record(z.string(), z.string()),
});

async function* readTickets(
  client: DeskClient,
  reader: RecordReader,
  { place, memory, since: asked, firstSince, signal }: ReadDeskOptions,
): AsyncGenerator<SourceItem> {
  const before = memorySchema.safeParse(memory?.recall(memoryKey)).data;
  const known = new Map(Object.entries(before?.stamps ?? {}));
  const since = asked ?? before?.since ?? firstSince;
  // An earlier beginning than last time: changes alone would leave out what lies between.
  const cursor = before && since >= before.since ? before.cursor : undefined;
  const stamps = new Map<string, string>();
  const seen = new Set<string>();
  let last = cursor;
  for await (const page of client.tickets({ since, cursor, signal })) {
    last = page.cursor ?? last;
    for (const listed of page.tickets) {
      // Lists move while they are read: a ticket of an earlier page comes again.
      if (seen.has(listed.id)) continue;
      seen.add(listed.id);
      if (listed.state !== 'ended') continue;
      const isKnown = known.get(listed.id) === listed.stamp;
      const items = isKnown
        ? [kept(client, place, listed.id)]
        : await fetched(listed, client, reader, { place, signal });
      if (!items) continue;
      stamps.set(listed.id, listed.stamp);
      yield* items;
    }
  }
  if (client.listsChangesOnly && cursor !== undefined) {
    for (const [id, stamp] of known) {
      if (seen.has(id)) continue;
      stamps.set(id, stamp);
      yield kept(client, place, id);
    }
  }
  memory?.remember(memoryKey, {
    since,
    ...(client.listsChangesOnly && last !== undefined ? { cursor: last } : {}),
    stamps: Object.fromEntries(stamps),
  });
}

/** Undefined: gone since it was listed. */
async function fetched(
  listed: ListedTicket,
  client: DeskClient,
  reader: RecordReader,
  { place, signal }: CallOptions & { readonly place: string },
): Promise<readonly SourceItem[] | undefined> {
  const record = await client.ticket(listed, { signal });
  return record && [...reader.read(record, originOf(place, 'tickets', listed.id))];
}

function kept({ ticketKind }: DeskClient, place: string, id: string): SourceItem {
  // One without a resolution was read and left out.
  return {
    type: 'kept',
    id: `${ticketKind}-${id}`,
    mayBeLeftOut: true,
    origin: originOf(place, 'tickets', id),
  };
}

function originOf(place: string, list: 'articles' | 'tickets', id: unknown): Origin {
  return { file: typeof id === 'string' || typeof id === 'number' ? `${place}/${list}/${id}` : place };
}
