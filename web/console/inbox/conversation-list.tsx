// Rows come by pages as one scrolls; those out of sight are not laid out (`content-visibility`), so thousands cost little and the browser
// still finds words in them.
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, useEffect, useRef } from 'react';
import type { InboxView } from '#core/inbox.ts';
import { Icon } from '../parts/icon.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { useNow } from '../parts/use-now.ts';
import { clock, fill, span, t } from '../text/strings.ts';
import type { InboxItem, InboxPage } from '../wire/types.ts';

interface ListProps {
  readonly list: UseInfiniteQueryResult<InfiniteData<InboxPage>>;
  readonly items: readonly InboxItem[];
  readonly openId: string | undefined;
  readonly view: InboxView;
  readonly isSearch: boolean;
}

export function ConversationList({ list, items, openId, view, isSearch }: ListProps) {
  const now = useNow();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), {
      rootMargin: '600px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (list.isPending) return <Loading />;
  if (list.error && items.length === 0)
    return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (items.length === 0)
    return isSearch ? (
      <Empty icon="search" title={t.noneFound} />
    ) : view === 'waiting' ? (
      <Empty icon="check" title={t.noWaiting} text={t.noWaitingText} />
    ) : (
      <Empty icon="inbox" title={t.noneHere} />
    );
  return (
    <div className="rows">
      <ul>
        {items.map((item) => (
          <Row
            key={item.conversationId}
            item={item}
            isOpen={item.conversationId === openId}
            waited={waitedSpan(item, now)}
            due={dueText(item, now)}
          />
        ))}
      </ul>
      <div ref={end} className="rows-end" role="status">
        {isFetchingNextPage ? t.loading : ''}
      </div>
    </div>
  );
}

function waitedSpan({ handling: { waitingSince } }: InboxItem, now: number): string | undefined {
  return waitingSince === undefined ? undefined : span(now - Date.parse(waitingSince));
}

/** When a promised time is near: how near. */
function dueText({ promise }: InboxItem, now: number): string | undefined {
  if (!promise || now < Date.parse(promise.warnAt)) return undefined;
  const left = Date.parse(promise.dueAt) - now;
  return left > 0 ? fill(t.dueIn, span(left)) : t.overdue;
}

/** The assistant's Markdown without its marks. */
function plain(markdown: string): string {
  return markdown.replace(/\*\*|__|`|^#+ |\[\d+\]/gm, '');
}

interface RowProps {
  readonly item: InboxItem;
  readonly isOpen: boolean;
  /** How long a customer waits, in words. */
  readonly waited: string | undefined;
  readonly due: string | undefined;
}

const Row = memo(function Row({ item, isOpen, waited, due }: RowProps) {
  const { conversationId, handling, lastMessage, unread, email, visitor, updatedAt } = item;
  const { reason, owner, state } = handling;
  const isDanger = reason === 'danger';
  return (
    <li className={`list-row${unread ? ' unread' : ''}${isDanger ? ' danger' : ''}`}>
      <Link
        to="/inbox/$id"
        params={{ id: conversationId }}
        search={(before) => before}
        preload={false}
        aria-current={isOpen ? 'true' : undefined}
      >
        <span className="row-top">
          <span className="row-name">
            {unread && <span className="dot" role="img" aria-label={t.unreadMark} />}
            <span>
              {visitor?.name ?? email ?? visitor?.email ?? `${t.visitor} ${conversationId.slice(0, 4)}`}
            </span>
            {visitor && <Icon name="check" />}
          </span>
          <time className="row-time" dateTime={updatedAt}>
            {waited === undefined ? clock(updatedAt) : fill(t.waitsShort, waited)}
          </time>
        </span>
        <span className="row-text">
          {lastMessage && lastMessage.author !== 'customer' && (
            <span className="row-author">
              {lastMessage.author === 'bot' ? t.assistant : (owner?.name ?? t.agent)}:{' '}
            </span>
          )}
          {lastMessage &&
            ((lastMessage.author === 'bot' ? plain(lastMessage.text) : lastMessage.text) ||
              t.customerPicture)}
        </span>
        <span className="row-tags">
          {due && (
            <span className="tag alarm">
              <Icon name="clock" />
              {due}
            </span>
          )}
          {reason && (
            <span className={`tag${isDanger ? ' alarm' : ''}`}>
              {isDanger && <Icon name="danger" />}
              {t[reason]}
            </span>
          )}
          {owner && (
            <span className="tag plain">
              {state === 'person' ? owner.name : fill(t.assignedTo, owner.name)}
            </span>
          )}
          {state === 'resolved' && <span className="tag plain">{t.isResolved}</span>}
          {handling.snoozedUntil && (
            <span className="tag plain">{fill(t.snoozedUntil, clock(handling.snoozedUntil))}</span>
          )}
        </span>
      </Link>
    </li>
  );
});
