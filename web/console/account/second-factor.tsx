// A key for an authenticator app. It counts once a code of it was entered; taking it away asks for the password.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { CopyBox } from '../parts/copy-box.tsx';
import { Field, Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { t } from '../text/strings.ts';
import { post } from '../wire/http.ts';
import { meQuery, sessionsQuery } from '../wire/queries.ts';
import { QrCode } from './qr-code.tsx';

export function SecondFactor({ isOn }: { readonly isOn: boolean }) {
  const client = useQueryClient();
  const [said, setSaid] = useState('');
  async function done(sentence: string) {
    setSaid(sentence);
    await client.invalidateQueries(meQuery);
    await client.invalidateQueries(sessionsQuery);
  }
  return (
    <section className="card">
      <h2>{t.secondFactor}</h2>
      <p>{isOn ? t.secondFactorOn : t.secondFactorOff}</p>
      {isOn ? (
        <Remove onDone={() => void done(t.factorRemoved)} />
      ) : (
        <SetUp onDone={() => void done(t.factorSet)} />
      )}
      <Say good={said} />
    </section>
  );
}

function SetUp({ onDone }: { readonly onDone: () => void }) {
  const [code, setCode] = useState('');
  const start = useMutation({ mutationFn: () => post<{ key: string; uri: string }>('/me/second-factor') });
  const confirm = useMutation({
    mutationFn: (key: string) => post('/me/second-factor/confirm', { key, code: code.replace(/\s/g, '') }),
    onSuccess: onDone,
  });
  if (!start.data)
    return (
      <>
        <button type="button" disabled={start.isPending} onClick={() => start.mutate()}>
          {t.setUpFactor}
        </button>
        <Say bad={start.error && problemText(start.error)} />
      </>
    );
  const { key, uri } = start.data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(key);
  };
  return (
    <form onSubmit={submit}>
      <p>{t.scan}</p>
      <QrCode text={uri} label={t.qr} />
      <CopyBox label={t.factorUri} text={uri} />
      <Field
        label={t.code}
        hint={t.codeHint}
        value={code}
        onChange={({ target }) => setCode(target.value)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        required
      />
      <Say bad={confirm.error && problemText(confirm.error)} />
      <button type="submit" className="main" disabled={confirm.isPending}>
        {t.confirm}
      </button>
    </form>
  );
}

function Remove({ onDone }: { readonly onDone: () => void }) {
  const [password, setPassword] = useState('');
  const remove = useMutation({
    mutationFn: () => post('/me/second-factor/remove', { password }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Field
        label={t.currentPassword}
        type="password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        autoComplete="current-password"
        required
      />
      <Say bad={remove.error && problemText(remove.error)} />
      <button type="submit" disabled={remove.isPending}>
        {t.removeFactor}
      </button>
    </form>
  );
}
