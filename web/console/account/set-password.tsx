// A link of an invitation, or for who lost the password. Its token stands behind `#`, which no server and no log sees; it leaves the address
// bar as soon as it is read.
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { Field, Say } from '../parts/field.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { fill, t } from '../text/strings.ts';
import { post, Refusal } from '../wire/http.ts';
import { Door } from './sign-in.tsx';

export function SetPasswordPage() {
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState('');
  useEffect(() => history.replaceState(history.state, '', location.pathname), []);
  const owner = useQuery({
    queryKey: ['password-link'],
    queryFn: () => post<{ email: string; name: string }>('/password-links/owner', { token }),
    gcTime: 0,
    // It would be gone once it is used.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
  const use = useMutation({ mutationFn: () => post('/password-links/use', { token, password }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use.mutate();
  };
  if (use.isSuccess)
    return (
      <Door title={t.setPasswordTitle}>
        <Say good={t.passwordSet} />
        <Link to="/inbox" className="button main">
          {t.signIn}
        </Link>
      </Door>
    );
  if (owner.error instanceof Refusal)
    return (
      <Door title={t.linkBad}>
        <p>{t.linkBadText}</p>
        <Link to="/inbox" className="button">
          {t.signIn}
        </Link>
      </Door>
    );
  if (owner.error) return <Problem error={owner.error} onRetry={() => void owner.refetch()} />;
  if (!owner.data) return <Loading />;
  return (
    <Door title={t.setPasswordTitle}>
      <p>{fill(t.setPasswordFor, `${owner.data.name}, ${owner.data.email}`)}</p>
      <form onSubmit={submit}>
        {/* For password managers. */}
        <input
          className="hear"
          type="email"
          autoComplete="username"
          value={owner.data.email}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          label={t.newPassword}
          hint={t.passwordHint}
          type="password"
          value={password}
          onChange={({ target }) => setPassword(target.value)}
          autoComplete="new-password"
          required
          autoFocus
        />
        <Say bad={use.error && problemText(use.error)} />
        <button type="submit" className="main" disabled={use.isPending}>
          {t.setPassword}
        </button>
      </form>
    </Door>
  );
}
