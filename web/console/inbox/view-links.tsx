import { Link } from '@tanstack/react-router';
import type { InboxView } from '#core/inbox.ts';
import { t } from '../text/strings.ts';
import type { InboxCounts } from '../wire/types.ts';
import { inboxViews } from './views.ts';

interface ViewLinksProps {
  readonly view: InboxView;
  readonly counts: InboxCounts | undefined;
}

export function ViewLinks({ view, counts }: ViewLinksProps) {
  return (
    <nav className="views" aria-label={t.views}>
      <ul>
        {inboxViews.map((name) => (
          <li key={name}>
            <Link
              to="/inbox"
              search={name === 'waiting' ? {} : { view: name }}
              className="view"
              // The router's own mark would be on every view that this address has room for.
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={name === view ? 'page' : undefined}
            >
              <span>{t[name]}</span>
              <span className={`count${name === 'waiting' && counts?.waiting ? ' loud' : ''}`}>
                {counts ? counts[name] : ''}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
