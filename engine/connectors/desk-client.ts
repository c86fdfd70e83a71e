// A help desk as a source: what each connector offers, whatever the system behind it.
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import type { JsonClientOptions, JsonObject } from './http.ts';

/** Records have the shape of the desk's own export. */
export interface DeskClient {
  /** What a ticket is called here. */
  readonly ticketKind: 'ticket' | 'conversation';
  /** `tickets` names only what has changed since `cursor`; otherwise it lists all there are, and what is not in it is gone. */
  readonly listsChangesOnly: boolean;
  /** Each article, and before it the sections that say who may see it (records without an id). */
  articles(options: CallOptions): AsyncIterable<JsonObject>;
  tickets(options: TicketsOptions): AsyncIterable<TicketPage>;
  /** With all its messages; undefined if it is gone. */
  ticket(listed: ListedTicket, options: CallOptions): Promise<JsonObject | undefined>;
}

export interface TicketsOptions extends CallOptions {
  /** Changed at this time or later; milliseconds since 1970. */
  readonly since: number;
  /** Of the last page that was read. */
  readonly cursor?: string | undefined;
}

export interface TicketPage {
  readonly tickets: readonly ListedTicket[];
  readonly cursor?: string;
}

export interface ListedTicket {
  readonly id: string;
  /** Another one when anything of it has changed. */
  readonly stamp: string;
  /** Only what has ended is a past conversation. */
  readonly state: 'ended' | 'open' | 'gone';
  readonly record: JsonObject;
}

/** What tests set otherwise. */
export type ConnectionOptions = Partial<Pick<JsonClientOptions, 'origin' | 'limits' | 'allowHttp' | 'pause'>>;

/** A page counter that never ends is a fault of the server, or of a proxy that drops the query. */
export const mostPages = 100_000;

/** Throws `bad-input` for what is no single label of a host name: `acme`, not `acme.example.com/`. */
export function checkSubdomain(account: string, { name, domain }: { name: string; domain: string }): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(account)) return account.toLowerCase();
  throw new AppError(
    'bad-input',
    `${name}: "${account}" is no subdomain. Write "acme" if the desk is at https://acme.${domain}.`,
  );
}
