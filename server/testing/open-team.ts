// The real server with a SQLite store and a team: people, their sessions and keys.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountsOptions, createAccounts } from '#access/accounts.ts';
import type { Answer } from '#chat/answer.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { createVisitorBlocks } from '#chat/runs/visitor-blocks.ts';
import { createSuggestAnswer } from '#chat/suggest-answer.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import type { Permission, Role } from '#core/access.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import type { HttpServerOptions } from '../http/http-server.ts';
import { createConversation, requestInit, startServer } from './start-server.ts';

export const password = 'three blue kettles';
const messageLength = 200;

export interface TeamOptions {
  readonly answer?: Answer;
  readonly env?: Record<string, string>;
  readonly concurrentAnswers?: number;
  readonly accounts?: Partial<AccountsOptions>;
  /** Of the team's dependencies. */
  readonly team?: Partial<NonNullable<HttpServerOptions['team']>>;
  readonly overrides?: Partial<HttpServerOptions>;
}

export async function openTeam({
  answer = scriptedAnswer({ deltas: ['Hold ', 'it.'] }).answer,
  env = {},
  concurrentAnswers = 10,
  accounts: accountsOptions = {},
  team = {},
  overrides = {},
}: TeamOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'answerdesk-team-'));
  const store = openSqliteConversationStore(join(folder, 'conversations.db'));
  const refuse = createVisitorBlocks({ store });
  const answering = createAnswering({ store, answer, refuse, limits: { messageLength, concurrentAnswers } });
  const cases = createCaseWork({ store, answering, messageLength });
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant, ...accountsOptions });
  const server = await startServer({
    store,
    env,
    overrides: {
      answering,
      team: { store, accounts, cases, suggest: createSuggestAnswer({ answer }), ...team },
      ...overrides,
    },
  });
  const base = `${server.url}/api/v1`;

  async function signIn(email: string) {
    const response = await fetch(`${base}/session`, requestInit(undefined, { email, password }));
    const [setCookie = ''] = response.headers.getSetCookie();
    const [cookie = ''] = setCookie.split(';');
    const call = (path: string, body?: unknown, init: RequestInit = {}) =>
      fetch(base + path, { ...requestInit(undefined, body, { cookie }), ...init });
    return { cookie, setCookie, call, status: response.status };
  }

  return {
    ...server,
    base,
    folder,
    store,
    accounts,
    answering,
    cases,
    signIn,

    async member(role: Role) {
      const email = `${role}@example.com`;
      const { user, token } = await accounts.invite('system', { email, name: `The ${role}`, role });
      await accounts.setPassword(token, password);
      return { user, ...(await signIn(email)) };
    },

    async customer() {
      const conversation = await createConversation(server.api);
      const call = (path: string, body: object) =>
        fetch(`${server.api}/${conversation.id}${path}`, requestInit(conversation.token, body));
      return {
        ...conversation,
        say: (text: string) => call('/messages', { text }),
        handoff: () => call('/handoff', {}),
      };
    },

    /** Its token. */
    async key(...permissions: Permission[]): Promise<string> {
      const by = {
        tenantId: defaultTenant,
        kind: 'user',
        person: { id: 'x', name: 'x' },
        permissions: new Set(permissions),
      } as const;
      return (await accounts.createApiKey(by, { name: 'a script', permissions })).token;
    },

    async [Symbol.asyncDispose]() {
      await server.close(0);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
