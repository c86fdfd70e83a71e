// Who may not write right now, with a way back.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Say } from '../parts/field.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { fill, fullTime, t } from '../text/strings.ts';
import { request } from '../wire/http.ts';
import { blocksQuery } from '../wire/queries.ts';

export function Blocks() {
  const client = useQueryClient();
  const { data: blocks, error, refetch } = useQuery({ ...blocksQuery, staleTime: 0 });
  const unblock = useMutation({
    mutationFn: (id: string) => request(`/blocks/${id}`, { method: 'DELETE' }),
    async onSettled() {
      await client.invalidateQueries(blocksQuery);
      await client.invalidateQueries({ queryKey: ['case'] });
    },
  });
  return (
    <section className="card">
      <h2>{t.blockedVisitors}</h2>
      {blocks?.length === 0 ? (
        <p className="hint">{t.noBlocks}</p>
      ) : blocks ? (
        <ul className="plain-list">
          {blocks.map(({ id, conversationId, until, by, isVisitor }) => (
            <li key={id}>
              <div>
                <Link to="/inbox/$id" params={{ id: conversationId }} search={{}}>
                  {t.visitor} {conversationId.slice(0, 4)}
                </Link>
                <p className="hint">
                  {fill(t.until, fullTime(until))} · {fill(t.blockedBy, by.name)}
                  {isVisitor && ` · ${t.ofVisitor}`}
                </p>
              </div>
              <button
                type="button"
                disabled={unblock.isPending}
                aria-label={`${t.unblock}: ${t.visitor} ${conversationId.slice(0, 4)}`}
                onClick={() => unblock.mutate(id)}
              >
                {t.unblock}
              </button>
            </li>
          ))}
        </ul>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
      <Say bad={unblock.error && problemText(unblock.error)} />
    </section>
  );
}
