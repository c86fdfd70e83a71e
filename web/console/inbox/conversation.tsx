// One conversation: who looks after it, what was said and tried, and what can be done.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Icon } from '../parts/icon.tsx';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { useNow } from '../parts/use-now.ts';
import { useDesk } from '../shell/context.ts';
import { clock, fill, fullTime, span, t } from '../text/strings.ts';
import { post, Refusal, request } from '../wire/http.ts';
import { refreshLists, useCustomerTypes } from '../wire/live.ts';
import { caseQuery, countsQuery } from '../wire/queries.ts';
import type { CaseDetails } from '../wire/types.ts';
import { BridgeMark } from './bridge-mark.tsx';
import { CaseActions } from './case-actions.tsx';
import { Composer } from './composer.tsx';
import { Thread } from './thread.tsx';
import { useCaseActions } from './use-case-actions.ts';

export function Conversation({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(caseQuery(id));
  if (data) return <OpenConversation id={id} details={data} />;
  if (error instanceof Refusal && error.status < 500)
    return (
      <Empty icon="inbox" title={t.gone}>
        <Link to="/inbox" className="button">
          {t.toInbox}
        </Link>
      </Empty>
    );
  return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Loading />;
}

function OpenConversation({ id, details }: { readonly id: string; readonly details: CaseDetails }) {
  const { item } = details;
  const actions = useCaseActions(id, item.handling);
  useSeen(id, details);
  return (
    <article className="case" aria-label={nameOf(details)}>
      <header className="case-head">
        <Link
          to="/inbox"
          search={(before) => before}
          className="quiet square back"
          aria-label={t.conversations}
        >
          <Icon name="back" />
        </Link>
        <div className="case-title">
          <h1>{nameOf(details)}</h1>
          {item.visitor && (
            <p className="verified" title={t.verifiedText}>
              <Icon name="check" />
              {fill(t.verified, item.visitor.email ?? item.visitor.id)}
            </p>
          )}
          <p>
            <Handled details={details} />
          </p>
          <BridgeMark bridge={details.bridge} />
        </div>
        <CaseActions handling={item.handling} actions={actions} />
      </header>
      <Blocked id={id} details={details} />
      <Thread details={details} />
      <Present details={details} />
      <div className="say" role="alert">
        {actions.problem && <p className="bad">{actions.problem}</p>}
      </div>
      <Composer id={id} details={details} actions={actions} />
    </article>
  );
}

export function nameOf({ item: { email, conversationId, visitor } }: Pick<CaseDetails, 'item'>): string {
  return visitor?.name ?? email ?? visitor?.email ?? `${t.visitor} ${conversationId.slice(0, 4)}`;
}

function Handled({ details: { item } }: { readonly details: CaseDetails }) {
  const { me } = useDesk();
  const now = useNow();
  const { state, owner, waitingSince, snoozedUntil } = item.handling;
  const parts = [
    state === 'bot' && t.withAssistant,
    state === 'resolved' && t.isResolved,
    state === 'person' && owner && (owner.id === me.person.id ? t.ownedByYou : fill(t.ownedBy, owner.name)),
    state === 'waiting' && owner && fill(t.assignedTo, owner.name),
    waitingSince !== undefined && fill(t.waits, span(now - Date.parse(waitingSince))),
    snoozedUntil !== undefined && fill(t.snoozedUntil, clock(snoozedUntil)),
    item.language?.toUpperCase(),
  ];
  return <span title={fullTime(item.createdAt)}>{parts.filter(Boolean).join(' · ')}</span>;
}

function Blocked({ id, details: { block } }: { readonly id: string; readonly details: CaseDetails }) {
  const { may } = useDesk();
  const client = useQueryClient();
  const unblock = useMutation({
    mutationFn: (blockId: string) => request(`/blocks/${blockId}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries(caseQuery(id)),
  });
  if (!block) return null;
  return (
    <div className="blocked">
      <p>{fill(t.blockedUntil, fullTime(block.until))}</p>
      {may('inbox:work') && (
        <button type="button" disabled={unblock.isPending} onClick={() => unblock.mutate(block.id)}>
          {t.unblock}
        </button>
      )}
    </div>
  );
}

/** Others who have it open; a warning when two write. */
function Present({ details }: { readonly details: CaseDetails }) {
  const { me } = useDesk();
  const customerTypes = useCustomerTypes(details.item.conversationId);
  const others = details.present.filter(({ person }) => person.id !== me.person.id);
  return (
    <div className="present" role="status">
      {customerTypes && (
        <span>
          <Icon name="note" />
          {t.customerTyping}
        </span>
      )}
      {others.map(({ person, typing }) => (
        <span key={person.id} className={typing ? 'writes' : undefined}>
          <Icon name={typing ? 'note' : 'eye'} />
          {fill(typing ? t.writing : t.looking, person.name)}
        </span>
      ))}
    </div>
  );
}

/** The team has seen what stands here while the page is in view. */
function useSeen(id: string, { item, sequence }: CaseDetails): void {
  const { may } = useDesk();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (sequence: number) => post(`/inbox/${id}/seen`, { sequence }),
    async onSuccess() {
      await client.invalidateQueries(caseQuery(id));
      await client.invalidateQueries(countsQuery);
      await refreshLists(client, id);
    },
  });
  const isNew = item.unread && may('inbox:work');
  useEffect(() => {
    if (!isNew) return;
    const see = () => {
      if (document.visibilityState === 'visible') mutate(sequence);
    };
    see();
    document.addEventListener('visibilitychange', see);
    return () => document.removeEventListener('visibilitychange', see);
  }, [isNew, sequence, mutate]);
}
