// The first start: an admin account by the link that the terminal showed, then articles, a test question and the line for the website.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { Door } from '../account/sign-in.tsx';
import { CopyBox } from '../parts/copy-box.tsx';
import { Field, Say } from '../parts/field.tsx';
import { Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { fill, t } from '../text/strings.ts';
import { post, Refusal } from '../wire/http.ts';
import { meQuery, setupQuery } from '../wire/queries.ts';
import { Articles } from './articles.tsx';
import { s } from './setup-strings.ts';
import { TestQuestion } from './test-question.tsx';

export function SetupPage() {
  const [token] = useState(() => location.hash.slice(1));
  useEffect(() => history.replaceState(history.state, '', location.pathname), []);
  const me = useQuery(meQuery);
  if (me.data?.permissions.includes('settings:manage')) return <Steps />;
  if (me.data === null) return token === '' ? <LinkNeeded /> : <FirstAdmin token={token} />;
  if (me.data) return <Forbidden />;
  return me.error ? <Problem error={me.error} onRetry={() => void me.refetch()} /> : <Loading />;
}

function Forbidden() {
  return (
    <Page title={s.title} isAllowed={false}>
      {null}
    </Page>
  );
}

function LinkNeeded({ why }: { readonly why?: string }) {
  return (
    <Door title={s.linkNeeded}>
      <Say bad={why} />
      <p>{s.linkNeededText}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where the screen is narrow. */}
      <pre className="command" tabIndex={0}>
        answerdesk users create-admin EMAIL
      </pre>
      <Link to="/inbox" className="button">
        {t.signIn}
      </Link>
    </Door>
  );
}

function FirstAdmin({ token }: { readonly token: string }) {
  const client = useQueryClient();
  const [form, setForm] = useState({ deskName: '', name: '', email: '', password: '' });
  const link = useQuery({
    queryKey: ['setup-link'],
    queryFn: () => post('/setup/link', { token }).then(() => true),
    gcTime: 0,
    // It would be gone once it is used.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
  const make = useMutation({
    mutationFn: () => post('/setup/admin', { token, ...form, email: form.email.trim() }),
    async onSuccess() {
      await client.invalidateQueries(setupQuery);
      await client.fetchQuery({ ...meQuery, staleTime: 0 });
    },
  });
  const bind = (name: keyof typeof form) => ({
    value: form[name],
    onChange: ({ target }: { target: { value: string } }) => setForm({ ...form, [name]: target.value }),
    required: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (link.error instanceof Refusal) return <LinkNeeded why={link.error.message} />;
  if (link.error) return <Problem error={link.error} onRetry={() => void link.refetch()} />;
  if (!link.data) return <Loading />;
  return (
    <Door title={s.title}>
      <p>{s.adminText}</p>
      <form onSubmit={submit}>
        <Field
          label={s.deskName}
          hint={s.deskNameHint}
          maxLength={60}
          autoComplete="organization"
          autoFocus
          {...bind('deskName')}
        />
        <Field label={s.name} hint={s.nameHint} maxLength={100} autoComplete="name" {...bind('name')} />
        <Field label={t.email} type="email" autoComplete="username" {...bind('email')} />
        <Field
          label={t.password}
          hint={t.passwordHint}
          type="password"
          autoComplete="new-password"
          {...bind('password')}
        />
        <Say bad={make.error && problemText(make.error)} />
        <button type="submit" className="main" disabled={make.isPending}>
          {s.begin}
        </button>
      </form>
    </Door>
  );
}

function Steps() {
  const { data: setup } = useQuery(setupQuery);
  const name = setup?.deskName ?? 'Answerdesk';
  return (
    <Page title={fill(s.stepsTitle, name)}>
      <p className="lead">{s.stepsText}</p>
      <Articles />
      <TestQuestion />
      <section className="card">
        <h2>{s.snippet}</h2>
        <p>{s.snippetText}</p>
        <CopyBox label={s.snippetLabel} text={snippetFor(name)} />
        <p className="hint">{s.origins}</p>
        <a className="button" href="/" target="_blank" rel="noreferrer">
          {s.tryIt}
        </a>
      </section>
      <div className="row">
        <Link to="/inbox" className="button main">
          {s.toInbox}
        </Link>
      </div>
    </Page>
  );
}

function snippetFor(name: string): string {
  const title = name.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<script src="${location.origin}/widget.js" data-title="${title}" defer></script>`;
}
