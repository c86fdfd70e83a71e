// The frame around every page: where one can go, who one is, whether the server is there.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { Face } from '../parts/face.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Menu, MenuItem, MenuLine, MenuLink } from '../parts/menu.tsx';
import { t } from '../text/strings.ts';
import { alertPromise, useAlerts, useWakefulness } from '../wire/alerts.ts';
import { post, request } from '../wire/http.ts';
import { createLive, useOnline } from '../wire/live.ts';
import { countsQuery, meQuery, setupQuery } from '../wire/queries.ts';
import type { Me } from '../wire/types.ts';
import { type Desk, DeskContext } from './context.ts';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useKeys } from './use-keys.ts';

/** Of one person: another one needs another. */
export function Shell({ me }: { readonly me: Me }) {
  const client = useQueryClient();
  const [live] = useState(() =>
    createLive(client, {
      onPromiseDue() {
        alertPromise();
        void client.invalidateQueries({ queryKey: ['inbox', 'list'] });
      },
    }),
  );
  const [isHelpOpen, setHelpOpen] = useState(false);
  useEffect(() => live.open(), [live]);
  const desk = useMemo<Desk>(
    () => ({ me, live, may: (permission) => me.permissions.includes(permission) }),
    [me, live],
  );
  const { data: counts } = useQuery({ ...countsQuery, enabled: me.permissions.includes('inbox:read') });
  useAlerts(counts);
  useWakefulness();
  useKeys({ '?': () => setHelpOpen(true) });
  return (
    <DeskContext value={desk}>
      <a className="skip" href="#main">
        {t.skip}
      </a>
      <div className="frame">
        <header className="bar">
          <Link to="/inbox" className="brand">
            <Brand />
            Answerdesk
          </Link>
          <nav aria-label={t.main}>
            <Destination to="/inbox" icon="inbox" label={t.inbox} count={counts?.waiting} />
            {desk.may('inbox:read') && <Destination to="/figures" icon="chart" label={t.figures} />}
            {desk.may('inbox:work') && (
              <Destination to="/canned-replies" icon="reply" label={t.cannedReplies} />
            )}
            {desk.may('inbox:work') && <Destination to="/settings" icon="gear" label={t.settings} />}
            <AdminMenu desk={desk} />
          </nav>
          <AccountMenu me={me} onHelp={() => setHelpOpen(true)} />
        </header>
        <OfflineBanner />
        <Outlet />
      </div>
      {isHelpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </DeskContext>
  );
}

export function Brand() {
  return (
    <span className="mark" aria-hidden="true">
      <Icon name="check" />
    </span>
  );
}

interface DestinationProps {
  readonly to: '/inbox' | '/figures' | '/canned-replies' | '/settings';
  readonly icon: IconName;
  readonly label: string;
  readonly count?: number | undefined;
}

function Destination({ to, icon, label, count = 0 }: DestinationProps) {
  return (
    <Link to={to} className="destination" title={label}>
      <Icon name={icon} />
      <span className="label">{label}</span>
      {count > 0 && (
        <span className="count">
          {count}
          <span className="hear"> {t.waiting}</span>
        </span>
      )}
    </Link>
  );
}

/** What few need, and not every day. */
const adminPages = [
  { to: '/users', icon: 'users', label: 'users', needs: 'users:manage' },
  { to: '/api-keys', icon: 'key', label: 'apiKeys', needs: 'settings:manage' },
  { to: '/deliveries', icon: 'send', label: 'deliveries', needs: 'settings:manage' },
  { to: '/audit', icon: 'log', label: 'audit', needs: 'audit:read' },
] as const;

function AdminMenu({ desk }: { readonly desk: Desk }) {
  const isOpen = useLocation({
    select: ({ pathname }) => adminPages.some(({ to }) => pathname.endsWith(to)),
  });
  const pages = adminPages.filter(({ needs }) => desk.may(needs));
  if (pages.length === 0) return null;
  return (
    <Menu
      className={`quiet destination${isOpen ? ' active' : ''}`}
      label={t.manage}
      trigger={
        <>
          <Icon name="shield" />
          <span className="label">{t.manage}</span>
          <Icon name="down" />
        </>
      }
    >
      {pages.map(({ to, icon, label }) => (
        <MenuLink key={to} to={to}>
          <Icon name={icon} />
          {t[label]}
        </MenuLink>
      ))}
    </Menu>
  );
}

function OfflineBanner() {
  const isOnline = useOnline();
  return (
    <div className="banner" role="status">
      {isOnline ? null : t.offline}
    </div>
  );
}

function AccountMenu({ me, onHelp }: { readonly me: Me; readonly onHelp: () => void }) {
  const { name } = me.person;
  const isAway = me.account?.away ?? false;
  const navigate = useNavigate();
  const client = useQueryClient();
  const availability = useMutation({
    mutationFn: (away: boolean) => post('/me/availability', { away }),
    onSettled: () => client.invalidateQueries(meQuery),
  });
  async function signOut() {
    try {
      await request('/session', { method: 'DELETE' });
    } finally {
      const { provider } = await client.fetchQuery(setupQuery).catch(() => ({ provider: undefined }));
      if (provider?.logout) location.assign('/api/v1/sign-in/end');
      // Nothing of what was read stays in memory.
      client.clear();
      await client.fetchQuery({ ...meQuery, staleTime: 0 });
    }
  }
  return (
    <Menu
      className="quiet account"
      label={`${t.account}: ${name}${isAway ? `, ${t.away}` : ''}`}
      trigger={
        <>
          <Face name={name} picture={me.account?.picture} className={isAway ? 'away' : ''} />
          <span className="label">{name}</span>
          <Icon name="down" />
        </>
      }
    >
      <MenuItem onSelect={() => void navigate({ to: '/account' })}>
        <Icon name="person" />
        {t.account}
      </MenuItem>
      {me.permissions.includes('inbox:work') && me.account && (
        <MenuItem onSelect={() => availability.mutate(!isAway)}>
          <Icon name={isAway ? 'check' : 'clock'} />
          {isAway ? t.beAvailable : t.beAway}
        </MenuItem>
      )}
      <MenuItem onSelect={onHelp}>
        <Icon name="help" />
        {t.shortcuts}
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => void signOut().catch(() => {})}>
        <Icon name="out" />
        {t.signOut}
      </MenuItem>
    </Menu>
  );
}
