// Who did what, newest first. The server's words for actions stay as they are: they are searched for, and compared.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Empty, Loading, Page, Problem } from '../parts/notices.tsx';
import { useDesk } from '../shell/context.ts';
import { fullTime, t } from '../text/strings.ts';
import { auditQuery, usersQuery } from '../wire/queries.ts';

export function AuditPage() {
  const { may } = useDesk();
  const isAllowed = may('audit:read');
  return (
    <Page title={t.audit} isAllowed={isAllowed}>
      {isAllowed && <Audit />}
    </Page>
  );
}

function Audit() {
  const { may } = useDesk();
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: may('users:manage') });
  const audit = useInfiniteQuery(auditQuery);
  const entries = audit.data?.pages.flat();
  const nameOf = (id: string) =>
    id === 'system' ? t.system : (users.find((user) => user.id === id)?.name ?? id);
  if (!entries)
    return audit.error ? <Problem error={audit.error} onRetry={() => void audit.refetch()} /> : <Loading />;
  if (entries.length === 0) return <Empty icon="log" title={t.noAudit} />;
  return (
    <>
      <div className="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">{t.when}</th>
              <th scope="col">{t.who}</th>
              <th scope="col">{t.what}</th>
              <th scope="col">{t.about}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ position, at, actor, action, subject, details = {} }) => (
              <tr key={position}>
                <td>
                  <time dateTime={at}>{fullTime(at)}</time>
                </td>
                <td className="id">{nameOf(actor)}</td>
                <td>
                  <code>{action}</code>
                </td>
                <td className="id">
                  {subject !== undefined && nameOf(subject)}
                  {Object.entries(details).map(([name, value]) => (
                    <p key={name} className="hint">
                      {name}: {value}
                    </p>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {audit.hasNextPage && (
        <button type="button" disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {t.older}
        </button>
      )}
    </>
  );
}
