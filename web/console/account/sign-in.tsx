// Signing in: address and password, then the code where one is asked for. Before the first account it says how to make it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Field, Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { Brand } from '../shell/shell.tsx';
import { fill, t } from '../text/strings.ts';
import { useTitle } from '../wire/alerts.ts';
import { post } from '../wire/http.ts';
import { meQuery, setupQuery } from '../wire/queries.ts';
import type { Setup } from '../wire/types.ts';

export function SignInPage() {
  const { data: setup, refetch } = useQuery(setupQuery);
  // Where there is another way in, its first admin comes by it.
  if (setup?.hasAccounts === false && !setup.provider) return <FirstAccount onDone={() => void refetch()} />;
  return <SignInForm setup={setup} />;
}

export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useTitle(title);
  return (
    <main className="door">
      <div className="door-card">
        <Brand />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

function FirstAccount({ onDone }: { readonly onDone: () => void }) {
  return (
    <Door title={t.setUpTitle}>
      <p>{t.setUpText}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where the screen is narrow. */}
      <pre className="command" tabIndex={0}>
        answerdesk users create-admin EMAIL
      </pre>
      <p>{t.setUpNext}</p>
      <button type="button" className="main" onClick={onDone}>
        {t.setUpDone}
      </button>
    </Door>
  );
}

/** What the way back from the identity provider says behind `#`. */
const problems: Readonly<Record<string, () => string>> = {
  '#sign-in-refused': () => t.signInRefused,
  '#sign-in-unreachable': () => t.signInUnreachable,
  '#sign-in-failed': () => t.signInFailed,
};

function Elsewhere({ name }: { readonly name: string }) {
  return (
    <a className="button" href={`/api/v1/sign-in/start?returnTo=${encodeURIComponent(location.pathname)}`}>
      {fill(t.signInWith, name)}
    </a>
  );
}

function SignInForm({ setup }: { readonly setup: Setup | undefined }) {
  const provider = setup?.provider;
  const problem = problems[location.hash]?.();
  if (setup && !setup.passwords)
    return (
      <Door title={t.signInTitle}>
        <Say bad={problem} />
        {provider && <Elsewhere name={provider.name} />}
      </Door>
    );
  return (
    <Door title={t.signInTitle}>
      <Say bad={problem} />
      <PasswordForm />
      {provider && <Elsewhere name={provider.name} />}
    </Door>
  );
}

function PasswordForm() {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string>();
  const signIn = useMutation({
    mutationFn: () =>
      post<{ result: 'signed-in' | 'code-needed' }>('/session', {
        email: email.trim(),
        password,
        ...(code === undefined ? {} : { code: code.replace(/\s/g, '') }),
      }),
    async onSuccess({ result }) {
      if (result === 'code-needed') setCode('');
      else await client.fetchQuery({ ...meQuery, staleTime: 0 });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const isCode = code !== undefined;
  return (
    <form onSubmit={submit}>
      {isCode ? (
        <Field
          key="code"
          label={t.code}
          hint={t.codeHint}
          value={code}
          onChange={({ target }) => setCode(target.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          required
          autoFocus
        />
      ) : (
        <>
          <Field
            label={t.email}
            type="email"
            value={email}
            onChange={({ target }) => setEmail(target.value)}
            autoComplete="username"
            required
            autoFocus
          />
          <Field
            label={t.password}
            type="password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
            autoComplete="current-password"
            required
          />
        </>
      )}
      <Say bad={signIn.error && problemText(signIn.error)} />
      <button type="submit" className="main" disabled={signIn.isPending}>
        {t.signIn}
      </button>
      {isCode ? (
        <button
          type="button"
          onClick={() => {
            setCode(undefined);
            signIn.reset();
          }}
        >
          {t.back}
        </button>
      ) : (
        <p className="hint">{t.lostPassword}</p>
      )}
    </form>
  );
}
