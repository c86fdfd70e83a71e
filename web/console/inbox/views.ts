// The views of the inbox, and how they stand in the address.
import type { InboxView } from '#core/inbox.ts';

/** The types come from the server; the names have to stand here, too. The compiler says when one is missing. */
const views: Readonly<Record<InboxView, true>> = {
  waiting: true,
  mine: true,
  unassigned: true,
  unread: true,
  snoozed: true,
  bot: true,
  resolved: true,
  all: true,
};

export const inboxViews = Object.keys(views) as InboxView[];

export interface InboxSearch {
  readonly view?: InboxView;
  readonly search?: string;
}

export function readInboxSearch({ view, search }: Record<string, unknown>): InboxSearch {
  return {
    ...(typeof view === 'string' && Object.hasOwn(views, view) ? { view: view as InboxView } : {}),
    ...(search === undefined || search === '' ? {} : { search: String(search).slice(0, 200) }),
  };
}
