// Texts that the team sends again and again. Who edits articles edits them; every agent sees them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../parts/dialog.tsx';
import { Say } from '../parts/field.tsx';
import { Empty, Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fill, t } from '../text/strings.ts';
import { request } from '../wire/http.ts';
import { cannedRepliesQuery } from '../wire/queries.ts';
import type { CannedReply } from '../wire/types.ts';
import { ReplyDialog } from './reply-dialog.tsx';

export function CannedRepliesPage() {
  const { may } = useDesk();
  const isAllowed = may('inbox:work');
  return (
    <Page title={t.cannedReplies} isAllowed={isAllowed}>
      {isAllowed && <Replies />}
    </Page>
  );
}

function Replies() {
  const { may } = useDesk();
  const client = useQueryClient();
  const { data: replies, error, refetch } = useQuery(cannedRepliesQuery);
  /** `new`: one that is not there yet. */
  const [edited, setEdited] = useState<CannedReply | 'new'>();
  const [removed, setRemoved] = useState<CannedReply>();
  const onSettled = () => client.invalidateQueries(cannedRepliesQuery);
  const remove = useMutation({
    mutationFn: (id: string) => request(`/canned-replies/${id}`, { method: 'DELETE' }),
    onSettled,
  });
  const mayEdit = may('knowledge:edit');
  return (
    <>
      <p className="lead">{t.repliesText}</p>
      {mayEdit && (
        <div className="row page-actions">
          <button type="button" className="main" onClick={() => setEdited('new')}>
            {t.newReply}
          </button>
        </div>
      )}
      <Say bad={remove.error && problemText(remove.error)} />
      {replies?.length === 0 ? (
        <Empty icon="note" title={t.noReplies} />
      ) : replies ? (
        <ul className="reply-cards">
          {replies.map((reply) => (
            <li key={reply.id}>
              <div className="row">
                <kbd>/{reply.shortcut}</kbd>
                <span className="hint">
                  {t.changedBy} {reply.updatedBy.name}
                </span>
              </div>
              <p className="plain-text">{reply.text}</p>
              {mayEdit && (
                <div className="row">
                  <button
                    type="button"
                    aria-label={`${t.edit}: /${reply.shortcut}`}
                    onClick={() => setEdited(reply)}
                  >
                    {t.edit}
                  </button>
                  <button
                    type="button"
                    className="quiet"
                    aria-label={`${t.remove}: /${reply.shortcut}`}
                    onClick={() => setRemoved(reply)}
                  >
                    {t.remove}
                  </button>
                </div>
              )}
            </li>
          ))}
        </ul>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
      {edited && (
        <ReplyDialog
          reply={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            void onSettled();
          }}
        />
      )}
      {removed && (
        <Confirm
          title={fill(t.removeReplyAsk, removed.shortcut)}
          text={t.removeReplyText}
          action={t.remove}
          isBusy={remove.isPending}
          onClose={() => setRemoved(undefined)}
          onConfirm={() => {
            remove.mutate(removed.id);
            setRemoved(undefined);
          }}
        />
      )}
    </>
  );
}
