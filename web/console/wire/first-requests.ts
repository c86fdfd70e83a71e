// What the first screen needs, asked for at once: not one after the other as its parts are drawn.
import type { QueryClient } from '@tanstack/react-query';
import { readInboxSearch } from '../inbox/views.ts';
import { countsQuery, inboxQuery, meQuery } from './queries.ts';

/** Whoever is not signed in is refused; the pages ask again when they are. */
export function requestFirstScreen(client: QueryClient, { pathname, search }: Location): void {
  void client.prefetchQuery(meQuery);
  if (!/^\/console(\/inbox.*|\/?)$/.test(pathname)) return;
  const { view = 'waiting', search: words } = readInboxSearch(
    Object.fromEntries(new URLSearchParams(search)),
  );
  void client.prefetchInfiniteQuery(inboxQuery({ view, search: words }));
  void client.prefetchQuery(countsQuery);
}
