// The real server on SQLite with everything that customers can do, for tests.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccounts } from '#access/accounts.ts';
import { createLogger } from '#app/logger.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { createCustomerWork } from '#chat/runs/customer-work.ts';
import { createSuggestAnswer } from '#chat/suggest-answer.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { createPictureCleaner, faceSize } from '#storage/pictures/clean-picture.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { createVisitorIdentity } from '../http/visitor-identity.ts';
import { type createConversation, requestInit, startServer } from './start-server.ts';

export const identitySecret = 'a secret that only two servers know';
export const mia = { id: 'mia', name: 'Mia' };
const messageLength = 200;

export interface CustomerDeskOptions {
  readonly script?: Parameters<typeof scriptedAnswer>[0];
  readonly pictures?: boolean;
  readonly mails?: boolean;
  readonly webFolder?: string;
}

export async function openCustomerDesk({
  script = { deltas: ['Hold ', 'it.'] },
  pictures = true,
  mails = true,
  webFolder,
}: CustomerDeskOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'answerdesk-customers-'));
  const store = openSqliteConversationStore(join(folder, 'conversations.db'));
  const logs: string[] = [];
  const logger = createLogger('debug', { write: (line) => void logs.push(line) });
  const { answer } = scriptedAnswer(script);
  const answering = createAnswering({ store, answer, limits: { messageLength, concurrentAnswers: 10 } });
  const cases = createCaseWork({ store, answering, messageLength });
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
  const cleanFace = createPictureCleaner(faceSize);
  const rated: unknown[] = [];
  const customers = createCustomerWork({
    store,
    answering,
    cases,
    mailChannel: mails ? 'customer-mail' : undefined,
    cleanPicture: pictures ? createPictureCleaner() : undefined,
    observer: { rated: (...how) => rated.push(how) },
  });
  const identity = createVisitorIdentity({ secret: identitySecret, tenantId: defaultTenant, logger });
  const server = await startServer({
    store,
    overrides: {
      answering,
      logger,
      customers: { customers, accounts, visitors: store, identity },
      team: { store, accounts, cases, suggest: createSuggestAnswer({ answer }), cleanFace },
      ...(webFolder ? { webFolder } : {}),
    },
  });
  return {
    folder,
    url: server.url,
    api: server.api,
    store,
    cases,
    accounts,
    answering,
    logs,
    rated,
    async customer(body?: object) {
      const response = await fetch(server.api, body ? requestInit(undefined, body) : { method: 'POST' });
      const created = (await response.json()) as Awaited<ReturnType<typeof createConversation>> & {
        readonly verified?: boolean;
      };
      const key = inDefaultTenant(created.id);
      const call = (path: string, sent?: unknown) =>
        fetch(`${server.api}/${created.id}${path}`, requestInit(created.token, sent));
      const say = async (text: string, id?: string) => {
        const response = await call('/messages', { text, ...(id ? { id } : {}) });
        return response.text();
      };
      const sendPicture = (bytes: Uint8Array<ArrayBuffer>, id: string = crypto.randomUUID()) =>
        fetch(`${server.api}/${created.id}/pictures?id=${id}`, {
          method: 'POST',
          body: bytes,
          headers: { authorization: `Bearer ${created.token}`, 'content-type': 'image/png' },
        });
      return { ...created, key, call, say, sendPicture };
    },
    async [Symbol.asyncDispose]() {
      await server.close(0);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface TokenParts {
  readonly header?: object;
  readonly claims?: object;
  readonly secret?: string;
}

/** As the server of a website makes it, with nothing but what every language has. */
export function identityToken({
  header = {},
  claims = {},
  secret = identitySecret,
}: TokenParts = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = [
    part({ alg: 'HS256', typ: 'JWT', ...header }),
    part({ aud: 'answerdesk/default', sub: 'user-7', iat: now, exp: now + 3_600, ...claims }),
  ].join('.');
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
