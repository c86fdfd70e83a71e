// Views, the list, and one conversation. On a phone one of the last two at a time.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Empty, Loading, Page } from '../parts/notices.tsx';
import { useDesk } from '../shell/context.ts';
import { useKeys } from '../shell/use-keys.ts';
import { t } from '../text/strings.ts';
import { useTitle } from '../wire/alerts.ts';
import { countsQuery, inboxQuery } from '../wire/queries.ts';
import { ConversationList } from './conversation-list.tsx';
import { SearchField } from './search-field.tsx';
import { ViewLinks } from './view-links.tsx';
import type { InboxSearch } from './views.ts';

const loadConversation = () => import('./conversation.tsx');
/** With what shows Markdown, a fifth of all code: the list is there first. */
const Conversation = lazy(async () => ({ default: (await loadConversation()).Conversation }));

export function InboxPage() {
  const { may } = useDesk();
  return may('inbox:read') ? (
    <Inbox />
  ) : (
    <Page title={t.inbox} isAllowed={false}>
      {null}
    </Page>
  );
}

function Inbox() {
  const { live } = useDesk();
  const { id } = useParams({ strict: false });
  const { view = 'waiting', search }: InboxSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const searchField = useRef<HTMLInputElement>(null);
  const { data: counts } = useQuery(countsQuery);
  const list = useInfiniteQuery(inboxQuery({ view, search }));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  useTitle(t[view], counts?.waiting);

  useEffect(() => {
    live.look(id ?? null);
    return () => live.look(null);
  }, [live, id]);

  // Before it is chosen, so that it opens at once, and also when the network is gone by then; but not before the list is there.
  const { isSuccess } = list;
  useEffect(() => {
    if (isSuccess) loadConversation().catch(() => {});
  }, [isSuccess]);

  const open = (conversationId: string | undefined) => {
    if (conversationId === undefined) return;
    void navigate({ to: '/inbox/$id', params: { id: conversationId }, search: (before) => before });
  };
  const at = items.findIndex(({ conversationId }) => conversationId === id);
  useKeys({
    j: () => open(items[at + 1]?.conversationId),
    k: () => open(items[at - 1]?.conversationId),
    '/': () => searchField.current?.focus(),
    escape: () => {
      if (id === undefined) return;
      void navigate({ to: '/inbox', search: (before) => before });
    },
  });

  return (
    <div className={`inbox${id === undefined ? '' : ' has-open'}`}>
      <section className="list-side" aria-label={t.conversations}>
        <ViewLinks counts={counts} view={view} />
        <div className="list-column">
          <SearchField ref={searchField} value={search ?? ''} />
          <ConversationList
            list={list}
            items={items}
            openId={id}
            view={view}
            isSearch={search !== undefined}
          />
        </div>
      </section>
      <main id="main" tabIndex={-1} className="open-side">
        {id === undefined && <h1 className="hear">{t.inbox}</h1>}
        {id === undefined ? (
          <Empty icon="inbox" title={t.choose} text={t.chooseText} />
        ) : (
          <Suspense fallback={<Loading />}>
            <Conversation key={id} id={id} />
          </Suspense>
        )}
      </main>
    </div>
  );
}
