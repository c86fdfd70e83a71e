import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { signature } from '#connectors/notices/webhook.ts';
import { createReplyAddresses } from '#core/reply-address.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { createDelivery } from '#jobs/deliver-notices.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { type Config, loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { noticeChannels, openNotices } from './open-notices.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-notices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const secret = 'a secret of more than 24 bytes';
const mia = { id: 'mia', name: 'Mia' };

/** A desk whose notices are looked for all the time. */
async function desk(env: Record<string, string>) {
  const settings: Config['notices'] = loadConfig(env).notices;
  const { handoff, absent } = noticeChannels(settings);
  const store = openSqliteConversationStore(join(folder, `${count++}`, 'conversations.db'), {
    handoffChannels: handoff,
  });
  const { answer } = scriptedAnswer({ deltas: ['x'] });
  const answering = createAnswering({ store, answer, limits: { messageLength: 100, concurrentAnswers: 10 } });
  const cases = createCaseWork({ store, answering, messageLength: 100, absentChannels: absent });
  const key = inDefaultTenant((await store.create(defaultTenant)).conversation.id);
  const logs: string[] = [];
  const logger = createLogger('debug', { write: (line) => void logs.push(line) });
  const start = () => {
    const notices = openNotices({ settings, baseUrl: 'https://desk.example', store, logger, intervalMs: 5 });
    onTestFinished(async () => {
      await notices[Symbol.asyncDispose]();
      await store.close();
    });
  };
  const states = async () =>
    (await store.notices(defaultTenant, { limit: 10 })).map(({ channel, state }) => [channel, state]);
  return { store, answering, cases, key, logs, start, states };
}

async function receiver(statuses: number[] = []) {
  const received: { headers: Record<string, unknown>; body: string }[] = [];
  const http = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    received.push({ headers: request.headers, body });
    response.statusCode = statuses.shift() ?? 200;
    response.end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  return { received, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook` };
}

async function mailServer() {
  const mails: { to: string[]; text: string }[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    async onData(stream, session, done) {
      const text = Buffer.concat(await Array.fromAsync(stream)).toString();
      mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      done();
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void smtp.close());
  return { mails, url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` };
}

describe('a conversation by mail', () => {
  it('arrives whole, in the language of the customer, and nowhere else', async () => {
    const mail = await mailServer();
    const { store, answering, start } = await desk({
      ANSWERDESK_SMTP_URL: mail.url,
      ANSWERDESK_MAIL_FROM: 'Desk <desk@example.com>',
    });
    const { conversation } = await store.create(defaultTenant, { language: 'de-AT' });
    const key = inDefaultTenant(conversation.id);
    await answering.send(key, { messageId: 'question-1', text: 'Wo ist mein Paket?' });
    await expect.poll(() => answering.active).toBe(0);
    const at = new Date().toISOString();
    const request = { at, channel: 'customer-mail', most: 3, since: '' };
    expect(await store.requestTranscript(key, { ...request, email: 'dana@example.com' })).toBe(true);
    start();
    await expect.poll(() => mail.mails).toHaveLength(1);
    const [{ to, text } = { to: [], text: '' }] = mail.mails;
    expect(to).toEqual(['dana@example.com']);
    const body = Buffer.from(
      text
        .replace(/=\r?\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString();
    for (const words of ['Sie haben dieses Gespräch', 'Wo ist mein Paket?', 'Assistent', 'x'])
      expect(body).toContain(words);
  });
});

describe('notices', () => {
  it('tell the team once that a customer waits: by signed webhook, by Slack and by mail', async () => {
    const [hook, slack, mail] = [await receiver(), await receiver(), await mailServer()];
    const { answering, key, states, start } = await desk({
      ANSWERDESK_HANDOFF_WEBHOOK_URL: hook.url,
      ANSWERDESK_HANDOFF_WEBHOOK_SECRET: secret,
      ANSWERDESK_HANDOFF_SLACK_URL: slack.url,
      ANSWERDESK_SMTP_URL: mail.url,
      ANSWERDESK_MAIL_FROM: 'Desk <desk@example.com>',
      ANSWERDESK_HANDOFF_MAIL_TO: 'team@example.com',
    });
    await answering.handoff(key);
    await answering.handoff(key);
    start();
    await expect.poll(states).toEqual(
      expect.arrayContaining([
        ['mail', 'sent'],
        ['webhook', 'sent'],
        ['slack', 'sent'],
      ]),
    );
    const [{ headers, body }] = hook.received as [(typeof hook.received)[0]];
    expect(JSON.parse(body)).toMatchObject({
      type: 'handoff.requested',
      data: {
        conversationId: key.conversationId,
        reason: 'customer-request',
        link: `https://desk.example/console/inbox/${key.conversationId}`,
      },
    });
    expect(headers['webhook-signature']).toBe(
      signature(secret, [String(headers['webhook-id']), String(headers['webhook-timestamp']), body]),
    );
    expect(slack.received[0]?.body).toContain('A customer asked for a person.');
    expect(mail.mails).toMatchObject([{ to: ['team@example.com'] }]);
    expect(mail.mails[0]?.text).toMatch(/Subject: A customer asked for a person\./);
    expect([hook.received.length, slack.received.length]).toEqual([1, 1]);
  });

  it('warn the team of a promised time, unless the customer has heard of a person meanwhile', async () => {
    const hook = await receiver();
    const { store, answering, key, states, start } = await desk({
      ANSWERDESK_HANDOFF_WEBHOOK_URL: hook.url,
      ANSWERDESK_HANDOFF_WEBHOOK_SECRET: secret,
    });
    await answering.handoff(key);
    const { waitingSince = '' } = (await store.handling(key))!;
    const createdAt = new Date().toISOString();
    const warn = (about: string) =>
      store.addNotice({ key, kind: 'promise', channel: 'webhook', about, createdAt });
    await warn(waitingSince);
    await warn('2026-01-01T00:00:00.000Z');
    start();
    await expect.poll(async () => (await states()).filter((state) => state.includes('sent'))).toHaveLength(3);
    const types = hook.received.map(({ body }) => JSON.parse(body).type).sort();
    expect(types).toEqual(['handoff.requested', 'promise.due']);
  });

  it('are tried again with longer pauses, until they arrive or are given up', async () => {
    const { store, answering, key } = await desk({
      ANSWERDESK_HANDOFF_WEBHOOK_URL: 'http://127.0.0.1:1/',
      ANSWERDESK_HANDOFF_WEBHOOK_SECRET: secret,
    });
    onTestFinished(() => store.close());
    await answering.handoff(key);
    let at = Date.now() + 1;
    const pauses: number[] = [];
    const delivery = createDelivery({
      store,
      channels: {
        webhook: async () => {
          throw Object.assign(new Error('with a customer’s words'), { name: 'WebhookError', status: 500 });
        },
      },
      now: () => new Date(at),
      random: () => 0,
    });
    for (let attempt = 0; attempt < 80; attempt++) {
      await delivery.run();
      const [notice] = await store.notices(defaultTenant, { limit: 1 });
      expect(notice?.error).toBe('WebhookError, status 500');
      if (notice?.state === 'given-up') break;
      pauses.push((Date.parse(notice!.nextAt) - at) / 1000);
      // Before its time nothing happens.
      await delivery.run();
      expect((await store.notices(defaultTenant, { limit: 1 }))[0]?.attempts).toBe(attempt + 1);
      at = Date.parse(notice!.nextAt);
    }
    expect(pauses.slice(0, 4)).toEqual([30, 60, 120, 240]);
    expect(Math.max(...pauses)).toBe(3_600);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(48 * 3_600);
  });

  it('survive a receiver that fails at first, and a mail server that hangs', async () => {
    const hook = await receiver([500]);
    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { store, answering, key, logs, start } = await desk({
      ANSWERDESK_HANDOFF_WEBHOOK_URL: hook.url,
      ANSWERDESK_HANDOFF_WEBHOOK_SECRET: secret,
      ANSWERDESK_SMTP_URL: `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      ANSWERDESK_MAIL_FROM: 'desk@example.com',
      ANSWERDESK_HANDOFF_MAIL_TO: 'team@example.com',
    });
    await answering.handoff(key);
    start();
    const failed = async () =>
      (await store.notices(defaultTenant, { limit: 10 })).find(({ channel }) => channel === 'webhook')?.error;
    await expect.poll(failed).toBe('WebhookError, status 500');
    expect(logs.join('')).toContain('will be tried again');
    expect(logs.join('')).not.toContain(secret);
  });

  it('call nobody for what was taken over meanwhile', async () => {
    const hook = await receiver();
    const { answering, cases, key, states, start } = await desk({
      ANSWERDESK_HANDOFF_WEBHOOK_URL: hook.url,
      ANSWERDESK_HANDOFF_WEBHOOK_SECRET: secret,
    });
    await answering.handoff(key);
    await cases.act(key, { type: 'take', by: mia });
    start();
    await expect.poll(states).toEqual([['webhook', 'sent']]);
    expect(hook.received).toEqual([]);
  });

  it('bring a reply by mail to a customer who left an address and is gone, and to nobody who reads along', async () => {
    const mail = await mailServer();
    const { answering, cases, key, states, start } = await desk({
      ANSWERDESK_SMTP_URL: mail.url,
      ANSWERDESK_MAIL_FROM: 'desk@example.com',
    });
    await answering.handoff(key, { email: 'dana@example.com' });
    await cases.act(key, { type: 'take', by: mia });
    const reading = new AbortController();
    const entries = answering.subscribe(key, { after: 0, signal: reading.signal });
    await entries.next();
    await cases.reply(key, { messageId: 'reply-001', text: 'Are you there?', by: mia });
    reading.abort();
    await entries.return();
    await cases.reply(key, { messageId: 'reply-002', text: 'Turn it off and on.', by: mia });
    start();
    await expect.poll(states).toEqual([['customer-mail', 'sent']]);
    expect(mail.mails).toMatchObject([{ to: ['dana@example.com'] }]);
    expect(mail.mails[0]?.text).toContain('Turn it off and on.');
    expect(mail.mails[0]?.text).toMatch(/Subject: A reply from Mia/);
  });

  it('carry an address to which a reply goes into the conversation, of their own', async () => {
    const mail = await mailServer();
    const { answering, cases, key, states, start } = await desk({
      ANSWERDESK_SMTP_URL: mail.url,
      ANSWERDESK_MAIL_FROM: 'desk@example.com',
      ANSWERDESK_HANDOFF_MAIL_TO: 'team@example.com',
      ANSWERDESK_REPLY_ADDRESS: 'reply@in.example.com',
      ANSWERDESK_INBOUND_MAIL_SECRET: secret,
    });
    const replies = createReplyAddresses({ base: 'reply@in.example.com', secret });
    const repliers = () =>
      mail.mails.map(({ text }) =>
        replies.read(/^Reply-To:\s+<?(reply\+\S+?)>?\s/m.exec(text)?.slice(1) ?? []),
      );
    const { conversationId } = key;
    await answering.handoff(key, { email: 'dana@example.com' });
    start();
    await expect.poll(states).toEqual([['mail', 'sent']]);
    await cases.act(key, { type: 'take', by: mia });
    await cases.reply(key, { messageId: 'reply-001', text: 'Turn it off and on.', by: mia });
    await expect.poll(states).toContainEqual(['customer-mail', 'sent']);
    expect(repliers()).toEqual([
      { conversationId, replier: 'team' },
      { conversationId, replier: 'customer' },
    ]);
  });

  it('say at once which setting is missing', () => {
    for (const [name, value, missing] of [
      ['ANSWERDESK_SMTP_URL', 'smtp://mail.example', 'ANSWERDESK_MAIL_FROM'],
      ['ANSWERDESK_HANDOFF_MAIL_TO', 'a@example.com', 'ANSWERDESK_SMTP_URL'],
      ['ANSWERDESK_HANDOFF_WEBHOOK_URL', 'https://example.com', 'ANSWERDESK_HANDOFF_WEBHOOK_SECRET'],
      ['ANSWERDESK_REPLY_ADDRESS', 'reply@example.com', 'ANSWERDESK_INBOUND_MAIL_SECRET'],
    ] as const)
      expect(() => loadConfig({ [name]: value })).toThrow(`${name}: needs ${missing}`);
  });
});
