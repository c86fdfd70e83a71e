import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswering } from '#chat/runs/answering.ts';
import { createCaseWork } from '#chat/runs/case-work.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import { createReplyAddresses, type Replier } from '#core/reply-address.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { loadConfig } from './config.ts';
import { createMailDoor, replyAddressesOf } from './open-inbound-mail.ts';

const secret = 'a secret that providers send along';
const dayMs = 86_400_000;

async function desk() {
  let at = Date.UTC(2026, 0, 1);
  const now = () => new Date(at);
  const { notices: settings } = loadConfig({
    ANSWERDESK_REPLY_ADDRESS: 'reply@in.example.com',
    ANSWERDESK_INBOUND_MAIL_SECRET: secret,
    ANSWERDESK_SMTP_URL: 'smtp://mail.example',
    ANSWERDESK_MAIL_FROM: 'Lumen Support <support@example.com>',
  });
  const store = createMemoryConversationStore({ now });
  const { answer } = scriptedAnswer({ deltas: ['x'] });
  const answering = createAnswering({ store, answer, limits: { messageLength: 100, concurrentAnswers: 10 } });
  const inbox = {
    addNote: async () => {},
    forgotten: async () => [],
    markSeen: async () => {},
    block: async () => {},
  };
  const cases = createCaseWork({ store: { ...store, ...inbox }, answering, messageLength: 100 });
  const door = createMailDoor({ settings, store, answering, cases, messageLength: 100, now })!;
  const addresses = replyAddressesOf(settings, { now })!;
  const { conversation } = await store.create(defaultTenant);
  const key = inDefaultTenant(conversation.id);
  const addressOf = (replier: Replier) => addresses.address({ conversationId: key.conversationId, replier });
  return {
    store,
    answering,
    cases,
    key,
    door,
    addressOf,
    mail: (text: string, { to = addressOf('customer'), headers = [] as string[] } = {}) =>
      door.receive(secret, rawMail(text, { to, headers })),
    said: async () =>
      (await store.get(key))!.messages
        .filter(({ author }) => author !== 'bot')
        .map(({ author, text, person }) => [author, person?.name, text].filter(Boolean).join(': ')),
    pass: (ms: number) => {
      at += ms;
    },
  };
}

let mails = 0;
function rawMail(text: string, { to, headers }: { to: string; headers: readonly string[] }): Buffer {
  return Buffer.from(
    [
      'From: Somebody Else <somebody@else.example>',
      `To: "Support" <${to}>`,
      `Message-ID: <mail-${mails++}@else.example>`,
      'Subject: Re: A reply from Mia',
      'Content-Type: text/plain; charset=utf-8',
      ...headers,
      '',
      text,
    ].join('\r\n'),
  );
}

const quoted =
  '\r\n\r\nOn Mon, 1 Jan 2026 at 10:00, Mia <support@example.com> wrote:\r\n> Is it plugged in?\r\n';

describe('a reply by mail', () => {
  it('of a customer comes into the conversation, without what it quotes, and waits for a person', async () => {
    const { mail, said, store, key } = await desk();
    expect(await mail(`Yes, it is plugged in.${quoted}`)).toBe('taken');
    expect(await said()).toEqual(['customer: Yes, it is plugged in.']);
    expect((await store.handling(key))?.state).toBe('waiting');
  });

  it('of the team is a person’s message, whoever stands in its From header', async () => {
    const { mail, said, store, key, addressOf } = await desk();
    await mail('Try the other socket.', { to: addressOf('team') });
    expect(await said()).toEqual(['person: Lumen Support: Try the other socket.']);
    expect((await store.handling(key))?.state).toBe('person');
  });

  it('counts once, however often it is handed over', async () => {
    const { door, addressOf, said } = await desk();
    const raw = rawMail('Once.', { to: addressOf('customer'), headers: [] });
    await Promise.all([door.receive(secret, raw), door.receive(secret, raw)]);
    await door.receive(secret, raw);
    expect(await said()).toEqual(['customer: Once.']);
  });

  it('is refused with a wrong secret, a forged address, one that is too old, or none of ours', async () => {
    const { door, mail, addressOf, said, pass } = await desk();
    const raw = rawMail('Hello', { to: addressOf('customer'), headers: [] });
    await expect(door.receive('another secret', raw)).rejects.toMatchObject({ code: 'not-signed-in' });
    const others = createReplyAddresses({ base: 'reply@in.example.com', secret: 'of somebody else' });
    const forged = others.address({ conversationId: 'A'.repeat(22), replier: 'team' });
    await expect(mail('Hello', { to: forged })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(mail('Hello', { to: 'reply+abc@in.example.com' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(mail('Hello', { to: 'info@in.example.com' })).rejects.toMatchObject({ code: 'not-found' });
    pass(91 * dayMs);
    await expect(door.receive(secret, raw)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(door.receive(secret, Buffer.alloc(0))).rejects.toMatchObject({ code: 'bad-request' });
    expect(await said()).toEqual([]);
  });

  it.each([
    'Auto-Submitted: auto-replied',
    'Precedence: bulk',
    'Precedence: auto_reply',
    'X-Autoreply: yes',
    'List-Id: <news.example>',
    'Return-Path: <>',
  ])('of a machine is dropped, so that no mail goes round: %s', async (header) => {
    const { mail, said } = await desk();
    expect(await mail('I am out of the office.', { headers: [header] })).toBe('ignored');
    expect(await said()).toEqual([]);
  });

  it('names files that came with it and takes none', async () => {
    const { door, addressOf, said } = await desk();
    const raw = Buffer.from(
      [
        `To: ${addressOf('customer')}`,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/html',
        '',
        '<div>See the <b>picture</b>.</div><blockquote>Is it plugged in?</blockquote>',
        '--b',
        'Content-Type: image/png; name=lamp.png',
        'Content-Disposition: attachment; filename=lamp.png',
        '',
        'bytes',
        '--b--',
      ].join('\r\n'),
    );
    await door.receive(secret, raw);
    expect(await said()).toEqual(['customer: See the picture.\n(File, not taken over: lamp.png)']);
  });

  it('finds its way by the address that a server on the way noted, in whatever case it is written', async () => {
    const { mail, said, addressOf } = await desk();
    const headers = [`Delivered-To: ${addressOf('customer').toUpperCase()}`];
    await mail('Forwarded.', { to: 'support@example.com', headers });
    expect(await said()).toEqual(['customer: Forwarded.']);
  });
});

describe('reply addresses', () => {
  const addresses = createReplyAddresses({ base: 'reply@in.example.com', secret });

  it('give back what they were made of, and fit into a mailbox name of 64 characters', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.constantFrom<Replier>('customer', 'team'),
        (bytes, replier) => {
          const conversationId = Buffer.from(bytes).toString('base64url');
          const address = addresses.address({ conversationId, replier });
          expect(address.split('@')[0]!.length).toBeLessThanOrEqual(64);
          expect(addresses.read(['x@y.example', address])).toEqual({ conversationId, replier });
        },
      ),
    );
  });

  it('do not count when one letter of them is another', () => {
    const address = addresses.address({ conversationId: 'A'.repeat(22), replier: 'customer' });
    const [begin, end] = [address.indexOf('+') + 1, address.indexOf('@')];
    fc.assert(
      // The last letter has bits that are not part of anything.
      fc.property(fc.integer({ min: begin, max: end - 2 }), fc.constantFrom(...'abz27'), (at, letter) => {
        fc.pre(address[at] !== letter);
        const changed = address.slice(0, at) + letter + address.slice(at + 1);
        expect(addresses.read([changed])).toBe('forged');
      }),
    );
  });
});
