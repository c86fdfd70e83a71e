// The addresses of the console. Pages beside the inbox are loaded when they are opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { readFiguresSearch } from './figures/range.ts';
import { InboxPage } from './inbox/inbox-page.tsx';
import { readInboxSearch } from './inbox/views.ts';
import { NotFound } from './parts/notices.tsx';
import { Gate } from './shell/gate.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('./account/set-password.tsx'), 'SetPasswordPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./setup/setup-page.tsx'), 'SetupPage'),
});

/** Everything that needs somebody who is signed in. */
const team = createRoute({ getParentRoute: () => root, id: 'team', component: Gate });

const index = createRoute({
  getParentRoute: () => team,
  path: '/',
  beforeLoad() {
    throw redirect({ to: '/inbox', replace: true });
  },
});

const inbox = createRoute({
  getParentRoute: () => team,
  path: '/inbox',
  component: InboxPage,
  validateSearch: readInboxSearch,
});

/** The inbox draws it: the list stays while conversations change. */
const conversation = createRoute({ getParentRoute: () => inbox, path: '$id' });

const figures = createRoute({
  getParentRoute: () => team,
  path: '/figures',
  validateSearch: readFiguresSearch,
  component: lazyRouteComponent(() => import('./figures/figures-page.tsx'), 'FiguresPage'),
});

const account = createRoute({
  getParentRoute: () => team,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
});

const users = createRoute({
  getParentRoute: () => team,
  path: '/users',
  component: lazyRouteComponent(() => import('./team/users-page.tsx'), 'UsersPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => team,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./team/api-keys-page.tsx'), 'ApiKeysPage'),
});

const cannedReplies = createRoute({
  getParentRoute: () => team,
  path: '/canned-replies',
  component: lazyRouteComponent(() => import('./desk/canned-replies-page.tsx'), 'CannedRepliesPage'),
});

const settings = createRoute({
  getParentRoute: () => team,
  path: '/settings',
  component: lazyRouteComponent(() => import('./desk/settings-page.tsx'), 'SettingsPage'),
});

const audit = createRoute({
  getParentRoute: () => team,
  path: '/audit',
  component: lazyRouteComponent(() => import('./team/audit-page.tsx'), 'AuditPage'),
});

const deliveries = createRoute({
  getParentRoute: () => team,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./team/deliveries-page.tsx'), 'DeliveriesPage'),
});

export function createConsoleRouter() {
  return createRouter({
    routeTree: root.addChildren([
      password,
      setup,
      team.addChildren([
        index,
        inbox.addChildren([conversation]),
        figures,
        account,
        users,
        apiKeys,
        cannedReplies,
        settings,
        deliveries,
        audit,
      ]),
    ]),
    basepath: '/console',
    defaultPreload: 'intent',
    // `?search=42` is a text, not a number.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const entries = Object.entries(search).filter(([, value]) => value !== undefined);
      const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
      return text && `?${text}`;
    },
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
