// What had to reach somebody outside and has not: why, when it is tried again, and a button that does not wait.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Say } from '../parts/field.tsx';
import { Empty, Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fullTime, t } from '../text/strings.ts';
import { post } from '../wire/http.ts';
import { deliveriesQuery } from '../wire/queries.ts';

export function DeliveriesPage() {
  const { may } = useDesk();
  const isAllowed = may('settings:manage');
  return (
    <Page title={t.deliveries} isAllowed={isAllowed}>
      {isAllowed && <Deliveries />}
    </Page>
  );
}

function Deliveries() {
  const client = useQueryClient();
  const deliveries = useQuery(deliveriesQuery);
  const retry = useMutation({
    mutationFn: (id: string) => post(`/deliveries/${id}/retry`),
    onSettled: () => client.invalidateQueries(deliveriesQuery),
  });
  if (!deliveries.data)
    return deliveries.error ? (
      <Problem error={deliveries.error} onRetry={() => void deliveries.refetch()} />
    ) : (
      <Loading />
    );
  return (
    <>
      <p className="lead">{t.deliveriesText}</p>
      <Say bad={retry.error && problemText(retry.error)} good={retry.isSuccess && t.triedAgain} />
      {deliveries.data.length === 0 ? (
        <Empty icon="check" title={t.noDeliveries} />
      ) : (
        <div className="table-frame">
          <table>
            <thead>
              <tr>
                <th scope="col">{t.when}</th>
                <th scope="col">{t.way}</th>
                <th scope="col">{t.problem}</th>
                <th scope="col">{t.nextTry}</th>
                <th scope="col">
                  <span className="hear">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {deliveries.data.map(({ id, conversationId, channel, createdAt, state, nextAt, error }) => (
                <tr key={id}>
                  <td>
                    <Link to="/inbox/$id" params={{ id: conversationId }}>
                      <time dateTime={createdAt}>{fullTime(createdAt)}</time>
                    </Link>
                  </td>
                  <td>
                    <code>{channel}</code>
                  </td>
                  <td>{error}</td>
                  <td>{state === 'given-up' ? t.givenUp : fullTime(nextAt)}</td>
                  <td>
                    <button type="button" disabled={retry.isPending} onClick={() => retry.mutate(id)}>
                      {t.tryNow}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
