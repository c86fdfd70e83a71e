// Accounts of the team: who is there, what each may do, and ways back in.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Role } from '#core/access.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Say } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem, MenuLine } from '../parts/menu.tsx';
import { Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fill, fullTime, t } from '../text/strings.ts';
import { post, request } from '../wire/http.ts';
import { usersQuery } from '../wire/queries.ts';
import type { PasswordLink, User } from '../wire/types.ts';
import { InviteDialog, LinkDialog, type ShownLink } from './invite-dialog.tsx';
import { roles } from './roles.ts';

export function UsersPage() {
  const { may } = useDesk();
  const isAllowed = may('users:manage');
  return (
    <Page title={t.users} isAllowed={isAllowed}>
      {isAllowed && <Users />}
    </Page>
  );
}

type Asked = { readonly about: 'disable' | 'factor'; readonly user: User };

function Users() {
  const client = useQueryClient();
  const users = useQuery(usersQuery);
  const [isInviting, setInviting] = useState(false);
  const [shown, setShown] = useState<ShownLink>();
  const [asked, setAsked] = useState<Asked>();
  const onSettled = () => client.invalidateQueries(usersQuery);
  const change = useMutation({
    mutationFn: ({ user, body }: { user: User; body: { role?: Role; disabled?: boolean } }) =>
      request<User>(`/users/${user.id}`, { method: 'PATCH', body }),
    onSettled,
  });
  const newLink = useMutation({
    mutationFn: (user: User) => post<PasswordLink>(`/users/${user.id}/password-link`),
    onSuccess: (link, { name }) => setShown({ name, link }),
  });
  const removeFactor = useMutation({
    mutationFn: (user: User) => post(`/users/${user.id}/second-factor/remove`),
    onSettled,
  });
  const problem = change.error ?? newLink.error ?? removeFactor.error;
  const forget = () => {
    for (const mutation of [change, newLink, removeFactor]) mutation.reset();
  };
  return (
    <>
      <div className="row page-actions">
        <button type="button" className="main" onClick={() => setInviting(true)}>
          {t.invite}
        </button>
      </div>
      <Say
        bad={problem && problemText(problem)}
        good={change.data && fill(t.userChanged, change.data.name)}
      />
      {users.data ? (
        <div className="table-frame">
          <table>
            <thead>
              <tr>
                <th scope="col">{t.name}</th>
                <th scope="col">{t.role}</th>
                <th scope="col">{t.status}</th>
                <th scope="col">{t.lastSeen}</th>
                <th scope="col">
                  <span className="hear">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {users.data.map((user) => (
                <UserRow
                  key={user.id}
                  user={user}
                  isBusy={change.isPending || newLink.isPending}
                  onChange={(body) => {
                    forget();
                    change.mutate({ user, body });
                  }}
                  onLink={() => {
                    forget();
                    newLink.mutate(user);
                  }}
                  onAsk={(about) => setAsked({ about, user })}
                />
              ))}
            </tbody>
          </table>
        </div>
      ) : users.error ? (
        <Problem error={users.error} onRetry={() => void users.refetch()} />
      ) : (
        <Loading />
      )}
      {isInviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onInvited={(link) => {
            setInviting(false);
            setShown(link);
            void onSettled();
          }}
        />
      )}
      {shown && <LinkDialog shown={shown} onClose={() => setShown(undefined)} />}
      {asked && (
        <Confirm
          title={fill(asked.about === 'disable' ? t.disableAsk : t.removeFactorAsk, asked.user.name)}
          text={asked.about === 'disable' ? t.disableText : t.removeFactorText}
          action={asked.about === 'disable' ? t.disable : t.removeFactor}
          isBusy={false}
          onClose={() => setAsked(undefined)}
          onConfirm={() => {
            forget();
            if (asked.about === 'disable') change.mutate({ user: asked.user, body: { disabled: true } });
            else removeFactor.mutate(asked.user);
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

interface UserRowProps {
  readonly user: User;
  readonly isBusy: boolean;
  readonly onChange: (body: { role?: Role; disabled?: boolean }) => void;
  readonly onLink: () => void;
  readonly onAsk: (about: Asked['about']) => void;
}

function UserRow({ user, isBusy, onChange, onLink, onAsk }: UserRowProps) {
  const { me } = useDesk();
  const isSelf = user.id === me.person.id;
  const status = user.disabled ? t.disabled : user.lastSeenAt === undefined ? t.invited : t.active;
  return (
    <tr className={user.disabled ? 'off' : undefined}>
      <th scope="row">
        {user.name} {isSelf && <span className="tag plain">{t.you}</span>}
        <p className="hint">{user.email}</p>
      </th>
      <td>
        <select
          aria-label={fill(t.roleOf, user.name)}
          value={user.role}
          disabled={isBusy}
          onChange={({ target }) => onChange({ role: target.value as Role })}
        >
          {roles.map((role) => (
            <option key={role} value={role}>
              {t[role]}
            </option>
          ))}
        </select>
      </td>
      <td>
        {status}
        {user.hasSecondFactor && <p className="hint">{t.withFactor}</p>}
      </td>
      <td>{user.lastSeenAt === undefined ? t.never : fullTime(user.lastSeenAt)}</td>
      <td className="end">
        <Menu
          className="quiet square"
          label={fill(t.actionsFor, user.name)}
          disabled={isBusy}
          trigger={<Icon name="more" />}
        >
          <MenuItem onSelect={onLink} disabled={user.disabled}>
            {t.newLink}
          </MenuItem>
          <MenuItem onSelect={() => onAsk('factor')} disabled={!user.hasSecondFactor || isSelf}>
            {t.removeFactor} ({t.withFactor})
          </MenuItem>
          <MenuLine />
          {user.disabled ? (
            <MenuItem onSelect={() => onChange({ disabled: false })}>{t.enable}</MenuItem>
          ) : (
            <MenuItem onSelect={() => onAsk('disable')} disabled={isSelf}>
              {t.disable}
            </MenuItem>
          )}
        </Menu>
      </td>
    </tr>
  );
}
