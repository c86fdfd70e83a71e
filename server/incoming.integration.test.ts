// Webhooks and mails over HTTP: what is let in, what is told to whom, what stands in the log.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '#app/config.ts';
import { bridgeOf, createBridgeDoor } from '#app/open-bridge.ts';
import { createMailDoor, replyAddressesOf } from '#app/open-inbound-mail.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { bodyOf, startServer } from './testing/start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-incoming-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const bridgeSecret = 'signing-secret-of-tests';
const mailSecret = 'secret-of-the-mail-server';

async function desk(name: 'slack' | 'chatwoot' = 'slack') {
  const env = {
    ANSWERDESK_BRIDGE: name,
    ANSWERDESK_BRIDGE_SECRET: bridgeSecret,
    ANSWERDESK_BRIDGE_INBOX: name === 'slack' ? 'C0123456789' : '12',
    ANSWERDESK_BRIDGE_ACCOUNT: 'app.chatwoot.com/3',
    ANSWERDESK_SLACK_TOKEN: 'xoxb-token',
    ANSWERDESK_CHATWOOT_TOKEN: 'token',
    ANSWERDESK_REPLY_ADDRESS: 'reply@in.example.com',
    ANSWERDESK_INBOUND_MAIL_SECRET: mailSecret,
  };
  const { notices: settings, bridge: bridgeSettings } = loadConfig(env);
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'));
  const { answer } = scriptedAnswer({ deltas: ['x'] });
  const limits = { messageLength: 1_000, concurrentAnswers: 10 };
  const answering = createAnswering({ store, answer, limits });
  const cases = createCaseWork({ store, answering, ...limits });
  let woken = 0;
  const wake = () => {
    woken += 1;
  };
  const doors = {
    bridge: createBridgeDoor({ bridge: bridgeOf(bridgeSettings), store, wake }),
    mail: createMailDoor({ settings, store, answering, cases, ...limits }),
  };
  const server = await startServer({ store, overrides: { answering, doors } });
  onTestFinished(async () => {
    await server.close(0);
    await store.close();
  });
  const { conversation } = await store.create(defaultTenant);
  const key = inDefaultTenant(conversation.id);
  const addresses = replyAddressesOf(settings)!;
  return {
    ...server,
    store,
    key,
    woken: () => woken,
    post: (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
      fetch(server.url + path, { method: 'POST', body, headers }),
    replyAddress: addresses.address({ conversationId: key.conversationId, replier: 'team' }),
  };
}

function slackHeaders(body: string, secret = bridgeSecret) {
  const time = String(Math.floor(Date.now() / 1000));
  return {
    'content-type': 'application/json',
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')}`,
  };
}

describe('webhooks of a bridge', () => {
  it('are checked over the bytes as they came, noted, and answered at once', async () => {
    const { post, store, key, woken } = await desk();
    const there = { id: 'C0123456789:17.5', url: '' };
    const facts = { key, bridge: 'slack', round: 1, state: 'open', since: '', sentSequence: 0 } as const;
    await store.saveBridgeCase({ ...facts, there });
    const event = { type: 'message', channel: 'C0123456789', thread_ts: '17.5' };
    const body = `{ "type":"event_callback",\n "event_id": "Ev1", "event": ${JSON.stringify(event)}}`;
    for (let time = 0; time < 2; time += 1)
      expect((await post('/bridges/slack', body, slackHeaders(body))).status).toBe(204);
    expect(woken()).toBeGreaterThan(0);
    expect(await store.notices(defaultTenant, { limit: 10 })).toMatchObject([
      { kind: 'news', channel: 'bridge:slack', about: 'Ev1', state: 'pending' },
    ]);
  });

  it('get their challenge back as it is', async () => {
    const { post } = await desk();
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc123' });
    const response = await post('/bridges/slack', body, slackHeaders(body));
    expect([response.status, await response.text()]).toEqual([200, 'abc123']);
  });

  it('are refused with a wrong signature, to another bridge, and when they are too large', async () => {
    const { post } = await desk();
    const wrong = await post('/bridges/slack', '{}', slackHeaders('{}', 'of somebody else'));
    expect(wrong.status).toBe(403);
    expect((await bodyOf<{ error: { message: string } }>(wrong)).error.message).not.toContain('secret');
    expect((await post('/bridges/zendesk', '{}')).status).toBe(404);
    expect((await post('/bridges/slack', Buffer.alloc(2_000_000))).status).toBe(413);
  });

  it('may have the secret in the address, which no log shows', async () => {
    const { post, logs } = await desk('chatwoot');
    const body = JSON.stringify({ event: 'conversation_updated', id: 5 });
    expect((await post(`/bridges/chatwoot/${bridgeSecret}`, body)).status).toBe(204);
    expect((await post('/bridges/chatwoot/another-secret', body)).status).toBe(403);
    expect(logs.join('')).toContain('/bridges/:name');
    expect(logs.join('')).not.toContain(bridgeSecret);
    expect(logs.join('')).not.toContain('another-secret');
  });
});

describe('mails over HTTP', () => {
  const rawMail = (to: string) => `To: ${to}\r\nMessage-ID: <1@x.example>\r\n\r\nTry the other socket.`;

  it.each([`Bearer ${mailSecret}`, `Basic ${Buffer.from(`mail:${mailSecret}`).toString('base64')}`])(
    'are taken raw from who has the secret: %s',
    async (authorization) => {
      const { post, store, key, replyAddress } = await desk();
      const response = await post('/inbound-mail', rawMail(replyAddress), { authorization });
      expect([response.status, await response.json()]).toEqual([200, { result: 'taken' }]);
      expect((await store.get(key))?.messages).toMatchObject([
        { author: 'person', text: 'Try the other socket.' },
      ]);
    },
  );

  it('are refused without it, and with an address that is forged', async () => {
    const { post, replyAddress, store, key } = await desk();
    expect((await post('/inbound-mail', rawMail(replyAddress))).status).toBe(401);
    const authorization = `Bearer ${mailSecret}`;
    const forged = replyAddress.replace(/(?<=\+)./, (letter) => (letter === 'a' ? 'b' : 'a'));
    expect((await post('/inbound-mail', rawMail(forged), { authorization })).status).toBe(403);
    expect((await store.get(key))?.messages).toEqual([]);
  });
});
