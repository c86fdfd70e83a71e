// Who is not signed in sees the sign-in, at the address they asked for: it opens afterwards.
import { useQuery } from '@tanstack/react-query';
import { SignInPage } from '../account/sign-in.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { meQuery } from '../wire/queries.ts';
import { Shell } from './shell.tsx';

export function Gate() {
  const { data: me, error, refetch } = useQuery(meQuery);
  if (me === null) return <SignInPage />;
  if (me) return <Shell key={me.person.id} me={me} />;
  return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Loading />;
}
