// The real server with the built console and a SQLite store, people of the team and customers: for browser tests and pictures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Accounts, createAccounts } from '#access/accounts.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { createVisitorBlocks } from '#chat/runs/visitor-blocks.ts';
import { createSuggestAnswer } from '#chat/suggest-answer.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import type { Role } from '#core/access.ts';
import { defaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createConversation, requestInit, startServer } from '#server/testing/start-server.ts';
import { createPictureCleaner, faceSize } from '#storage/pictures/clean-picture.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

export const password = 'three blue kettles';
const messageLength = 2_000;

export type Script = Parameters<typeof scriptedAnswer>[0];

export interface Agent {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export interface TeamDesk extends AsyncDisposable {
  readonly url: string;
  readonly store: ReturnType<typeof openSqliteConversationStore>;
  readonly accounts: Accounts;
  readonly cases: ReturnType<typeof createCaseWork>;
  hire(name: string, role: Role): Promise<Agent>;
  /** A browser of its own, signed in. */
  visit(browser: Browser, agent: Agent | undefined, options?: VisitOptions): Promise<Page>;
  /** Asks once, and for a person. */
  customer(question: string, options?: { email?: string; asksForPerson?: boolean }): Promise<Customer>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Below /console. */
  readonly path?: string;
  /** What went wrong in the page: errors, and what its security policy refused. */
  readonly complaints?: string[];
}

export interface Customer {
  readonly id: string;
  say(text: string): Promise<void>;
  types(): Promise<void>;
}

export async function openTeamDesk(script: Script = { deltas: ['Hold ', 'it.'] }): Promise<TeamDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'answerdesk-console-'));
  const store = openSqliteConversationStore(join(folder, 'conversations.db'));
  const { answer } = scriptedAnswer(script);
  const answering = createAnswering({
    store,
    answer,
    refuse: createVisitorBlocks({ store }),
    limits: { messageLength, concurrentAnswers: 10 },
  });
  const cases = createCaseWork({ store, answering, messageLength });
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
  const server = await startServer({
    store,
    overrides: {
      answering,
      team: {
        store,
        accounts,
        cases,
        suggest: createSuggestAnswer({ answer }),
        cleanFace: createPictureCleaner(faceSize),
      },
      webFolder: join(import.meta.dirname, '../../../dist/web'),
    },
  });

  return {
    url: server.url,
    store,
    accounts,
    cases,

    async hire(name, role) {
      const email = `${name.toLowerCase()}@example.com`;
      const { user, token } = await accounts.invite('system', { email, name, role });
      await accounts.setPassword(token, password);
      return { id: user.id, email, name };
    },

    async visit(browser, agent, { path = '/inbox', complaints = [], ...options } = {}) {
      const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
      if (agent) {
        const signedIn = await accounts.signIn({ email: agent.email, password, device: 'Chrome, Linux' });
        if (signedIn.result !== 'signed-in') throw new Error('This account needs a code.');
        await context.addCookies([
          {
            name: 'answerdesk_session',
            value: signedIn.token,
            url: server.url,
            sameSite: 'Strict',
            httpOnly: true,
          },
        ]);
      }
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (/Content Security|Refused|React/i.test(message.text())) complaints.push(message.text());
      });
      await page.goto(`${server.url}/console${path}`);
      return page;
    },

    async customer(question, { email, asksForPerson = true } = {}) {
      const { id, token } = await createConversation(server.api);
      const say = async (text: string) => {
        await (await fetch(`${server.api}/${id}/messages`, requestInit(token, { text }))).text();
      };
      await say(question);
      if (asksForPerson)
        await fetch(`${server.api}/${id}/handoff`, requestInit(token, email === undefined ? {} : { email }));
      const types = async () => {
        await fetch(`${server.api}/${id}/typing`, requestInit(token, { typing: true }));
      };
      return { id, say, types };
    },

    async [Symbol.asyncDispose]() {
      await server.close(0);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
