// Keys of programs: made, shown once, revoked.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Permission } from '#core/access.ts';
import { CopyBox } from '../parts/copy-box.tsx';
import { Confirm, Dialog } from '../parts/dialog.tsx';
import { Field, Say } from '../parts/field.tsx';
import { Empty, Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fill, fullTime, t } from '../text/strings.ts';
import { post, request } from '../wire/http.ts';
import { apiKeysQuery } from '../wire/queries.ts';
import type { ApiKey } from '../wire/types.ts';
import { permissions } from './roles.ts';

export function ApiKeysPage() {
  const { may } = useDesk();
  const isAllowed = may('settings:manage');
  return (
    <Page title={t.apiKeys} isAllowed={isAllowed}>
      {isAllowed && <ApiKeys />}
    </Page>
  );
}

function ApiKeys() {
  const client = useQueryClient();
  const keys = useQuery(apiKeysQuery);
  const [isMaking, setMaking] = useState(false);
  const [token, setToken] = useState<string>();
  const [asked, setAsked] = useState<ApiKey>();
  const refresh = () => client.invalidateQueries(apiKeysQuery);
  const revoke = useMutation({
    mutationFn: (id: string) => request(`/api-keys/${id}`, { method: 'DELETE' }),
    onSettled: refresh,
  });
  return (
    <>
      <p className="lead">{t.keysText}</p>
      <div className="row page-actions">
        <button type="button" className="main" onClick={() => setMaking(true)}>
          {t.newKey}
        </button>
      </div>
      <Say bad={revoke.error && problemText(revoke.error)} />
      {keys.data?.length === 0 ? (
        <Empty icon="key" title={t.noKeys} />
      ) : keys.data ? (
        <div className="table-frame">
          <table>
            <thead>
              <tr>
                <th scope="col">{t.keyName}</th>
                <th scope="col">{t.keyMay}</th>
                <th scope="col">{t.created}</th>
                <th scope="col">{t.lastUsed}</th>
                <th scope="col">
                  <span className="hear">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.data.map((key) => (
                <tr key={key.id}>
                  <th scope="row">{key.name}</th>
                  <td>
                    <span className="tags">
                      {key.permissions.map((permission) => (
                        <code key={permission}>{permission}</code>
                      ))}
                    </span>
                  </td>
                  <td>{fullTime(key.createdAt)}</td>
                  <td>{key.lastUsedAt === undefined ? t.never : fullTime(key.lastUsedAt)}</td>
                  <td className="end">
                    <button
                      type="button"
                      aria-label={`${t.revoke}: ${key.name}`}
                      onClick={() => setAsked(key)}
                    >
                      {t.revoke}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : keys.error ? (
        <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      ) : (
        <Loading />
      )}
      {isMaking && (
        <NewKeyDialog
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setToken(made);
            void refresh();
          }}
        />
      )}
      {token !== undefined && (
        <Dialog title={t.keyTitle} onClose={() => setToken(undefined)}>
          <p>{t.keyShown}</p>
          <CopyBox label={t.key} text={token} />
          <div className="row end">
            <button type="button" className="main" onClick={() => setToken(undefined)}>
              {t.close}
            </button>
          </div>
        </Dialog>
      )}
      {asked && (
        <Confirm
          title={fill(t.revokeAsk, asked.name)}
          text={t.revokeText}
          action={t.revoke}
          isBusy={revoke.isPending}
          onClose={() => setAsked(undefined)}
          onConfirm={() => {
            revoke.mutate(asked.id);
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

interface NewKeyDialogProps {
  readonly onMade: (token: string) => void;
  readonly onClose: () => void;
}

function NewKeyDialog({ onMade, onClose }: NewKeyDialogProps) {
  const { may } = useDesk();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly Permission[]>(['inbox:read']);
  const [isEmpty, setEmpty] = useState(false);
  const make = useMutation({
    mutationFn: () => post<{ key: ApiKey; token: string }>('/api-keys', { name, permissions: chosen }),
    onSuccess: ({ token }) => onMade(token),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(chosen.length === 0);
    if (chosen.length > 0) make.mutate();
  };
  const toggle = (permission: Permission) =>
    setChosen((before) =>
      before.includes(permission) ? before.filter((one) => one !== permission) : [...before, permission],
    );
  return (
    <Dialog title={t.newKey} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t.keyName}
          value={name}
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
          autoComplete="off"
          required
        />
        <fieldset className="field">
          <legend>{t.keyMay}</legend>
          {permissions.filter(may).map((permission) => (
            <label key={permission} className="choice">
              <input
                type="checkbox"
                checked={chosen.includes(permission)}
                onChange={() => toggle(permission)}
              />
              <code>{permission}</code>
            </label>
          ))}
        </fieldset>
        <Say bad={isEmpty ? t.chooseOne : make.error && problemText(make.error)} />
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="main" disabled={make.isPending}>
            {t.keyMake}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
