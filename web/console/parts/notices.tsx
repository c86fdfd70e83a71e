// Pages that say why there is nothing to see.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { t } from '../text/strings.ts';
import { useTitle } from '../wire/alerts.ts';
import { Icon, type IconName } from './icon.tsx';
import { problemText } from './problem.ts';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

export function Loading() {
  return (
    <p className="loading" role="status">
      {t.loading}
    </p>
  );
}

export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <Empty icon="danger" title={problemText(error)}>
      <button type="button" onClick={onRetry}>
        {t.retry}
      </button>
    </Empty>
  );
}

export function NotFound() {
  useTitle(t.notFound);
  return (
    <main id="main" tabIndex={-1} className="page">
      <Empty icon="help" title={t.notFound} text={t.notFoundText}>
        <Link to="/inbox" className="button">
          {t.toInbox}
        </Link>
      </Empty>
    </main>
  );
}

/** A page for one permission: its name and its content, or the refusal. */
export function Page({ title, isAllowed = true, children }: PageProps) {
  useTitle(title);
  return (
    <main id="main" tabIndex={-1} className="page">
      {isAllowed ? (
        <>
          <h1>{title}</h1>
          {children}
        </>
      ) : (
        <Empty icon="key" title={t.forbidden} text={t.forbiddenText}>
          <Link to="/inbox" className="button">
            {t.toInbox}
          </Link>
        </Empty>
      )}
    </main>
  );
}

interface PageProps {
  readonly title: string;
  readonly isAllowed?: boolean;
  readonly children: ReactNode;
}
