// One's own account: alerts and keys, password, second factor, sessions.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Field, Say, Switch } from '../parts/field.tsx';
import { Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fullTime, t } from '../text/strings.ts';
import { allowNotifications, beep } from '../wire/alerts.ts';
import { post, request } from '../wire/http.ts';
import { setPreferences, usePreferences } from '../wire/preferences.ts';
import { sessionsQuery } from '../wire/queries.ts';
import { OwnPicture } from './own-picture.tsx';
import { SecondFactor } from './second-factor.tsx';

export function AccountPage() {
  const { me } = useDesk();
  const { account } = me;
  return (
    <Page title={t.account}>
      <p className="lead">
        {me.person.name}
        {account && ` · ${account.email} · ${t[account.role]}`}
      </p>
      {account && <OwnPicture />}
      <Alerts />
      <Password email={account?.email ?? ''} />
      <SecondFactor isOn={account?.hasSecondFactor ?? false} />
      <Sessions />
    </Page>
  );
}

/** Queues in which something new may matter to a person. */
const alertable = ['waiting', 'mine', 'unassigned', 'unread', 'bot'] as const;

function Alerts() {
  const { sound, notify, singleKeys, alertViews, alertPromise } = usePreferences();
  const [isDenied, setDenied] = useState(false);
  async function setNotify(isWanted: boolean) {
    const isAllowed = isWanted && (await allowNotifications());
    setDenied(isWanted && !isAllowed);
    setPreferences({ notify: isAllowed });
  }
  return (
    <section className="card">
      <h2>{t.alerts}</h2>
      <Switch
        label={t.sound}
        checked={sound}
        onChange={(isOn) => {
          if (isOn) beep();
          setPreferences({ sound: isOn });
        }}
      />
      <Switch label={t.notify} checked={notify} onChange={(isOn) => void setNotify(isOn)} />
      <fieldset className="field">
        <legend>{t.alertsFor}</legend>
        {alertable.map((view) => (
          <Switch
            key={view}
            label={t[view]}
            checked={alertViews.includes(view)}
            onChange={(isOn) =>
              setPreferences({
                alertViews: isOn ? [...alertViews, view] : alertViews.filter((one) => one !== view),
              })
            }
          />
        ))}
        <Switch
          label={t.alertPromise}
          checked={alertPromise}
          onChange={(isOn) => setPreferences({ alertPromise: isOn })}
        />
      </fieldset>
      <Switch
        label={t.singleKeys}
        checked={singleKeys}
        onChange={(isOn) => setPreferences({ singleKeys: isOn })}
      />
      <Say bad={isDenied && t.notifyDenied} />
    </section>
  );
}

function Password({ email }: { readonly email: string }) {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => post('/me/password', { current, next }),
    async onSuccess() {
      setCurrent('');
      setNext('');
      await client.invalidateQueries(sessionsQuery);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <section className="card">
      <h2>{t.password}</h2>
      <form onSubmit={submit}>
        <input
          className="hear"
          type="email"
          autoComplete="username"
          value={email}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          label={t.currentPassword}
          type="password"
          value={current}
          onChange={({ target }) => setCurrent(target.value)}
          autoComplete="current-password"
          required
        />
        <Field
          label={t.newPassword}
          hint={t.passwordHint}
          type="password"
          value={next}
          onChange={({ target }) => setNext(target.value)}
          autoComplete="new-password"
          required
        />
        <Say bad={change.error && problemText(change.error)} good={change.isSuccess && t.passwordChanged} />
        <button type="submit" disabled={change.isPending}>
          {t.changePassword}
        </button>
      </form>
    </section>
  );
}

function Sessions() {
  const client = useQueryClient();
  const { data: sessions, error, refetch } = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (id: string) => request(`/me/sessions/${id}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries(sessionsQuery),
  });
  return (
    <section className="card">
      <h2>{t.sessions}</h2>
      {sessions ? (
        <ul className="plain-list">
          {sessions.map(({ id, device, lastSeenAt, current }) => (
            <li key={id}>
              <div>
                <strong>{device}</strong>
                <p className="hint">
                  {t.lastUsed}: {fullTime(lastSeenAt)}
                </p>
              </div>
              {current ? (
                <span className="tag">{t.thisSession}</span>
              ) : (
                <button
                  type="button"
                  disabled={end.isPending}
                  aria-label={`${t.signOut}: ${device}, ${fullTime(lastSeenAt)}`}
                  onClick={() => end.mutate(id)}
                >
                  {t.signOut}
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
      <Say bad={end.error && problemText(end.error)} />
    </section>
  );
}
