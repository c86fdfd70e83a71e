import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createRateLimits } from './http/rate-limits.ts';
import {
  type CustomerDeskOptions,
  identityToken,
  mia,
  openCustomerDesk,
} from './testing/open-customer-desk.ts';
import { requestInit } from './testing/start-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes, each looked at by its test
const json = async (response: Response) => (await response.json()) as any;

async function open(options: CustomerDeskOptions = {}) {
  const desk = await openCustomerDesk(options);
  onTestFinished(() => desk[Symbol.asyncDispose]());
  return desk;
}

describe('a customer who has had enough of waiting', () => {
  it('goes back to the assistant from the queue and from a person; the journal says so, and the person is told', async () => {
    const { customer, cases, store } = await open();
    const dana = await customer();
    await dana.say('Where is it?');
    const news: unknown[] = [];
    cases.onNews((told) => news.push(told));
    for (const take of [false, true]) {
      await dana.call('/handoff', {});
      if (take) await cases.act(dana.key, { type: 'take', by: mia });
      expect((await dana.call('/assistant', {})).status).toBe(204);
      expect(await store.handling(dana.key)).toMatchObject({ state: 'bot', returnedBy: 'customer' });
    }
    expect(news.at(-1)).toMatchObject({ type: 'conversation-changed', handling: { state: 'bot' } });
    const events = (await store.entriesAfter(dana.key, 0)).map(({ event }) => event);
    expect(events.filter(({ type }) => type === 'handling-changed')).toEqual([
      { type: 'handling-changed', state: 'bot', by: 'customer' },
      { type: 'handling-changed', state: 'person', person: { name: 'Mia' } },
      { type: 'handling-changed', state: 'bot', by: 'customer' },
    ]);
    // Each request for a person is one of its own.
    expect(events.filter(({ type }) => type === 'handoff-request')).toHaveLength(2);
    expect(await dana.say('Then you again')).toContain('answer-end');
    await expect(
      cases.reply(dana.key, { messageId: 'reply-01', text: 'Hello?', by: mia }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('changes nothing where no person is concerned, however often it is said', async () => {
    const { customer, store } = await open();
    const dana = await customer();
    await dana.say('Where is it?');
    const before = await store.lastSequence(dana.key);
    await Promise.all([dana.call('/assistant', {}), dana.call('/assistant', {})]);
    expect(await store.lastSequence(dana.key)).toBe(before);
  });

  it('either goes back or is taken over, when both happen at once', async () => {
    const { customer, cases, store } = await open();
    for (let round = 0; round < 5; round++) {
      const dana = await customer();
      await dana.say('Where is it?');
      await dana.call('/handoff', {});
      await Promise.all([dana.call('/assistant', {}), cases.act(dana.key, { type: 'take', by: mia })]);
      const { state } = (await store.handling(dana.key))!;
      const changes = (await store.entriesAfter(dana.key, 0)).flatMap(({ event }) =>
        event.type === 'handling-changed' ? [event.state] : [],
      );
      expect(changes.at(-1)).toBe(state);
    }
  });

  it('gets no word of the assistant for a message that was typed while a person took over', async () => {
    // Held back behind its first words: however slow the machine is, the person comes in the middle of it.
    const gate = Promise.withResolvers<void>();
    const { customer, cases, store } = await open({
      script: { deltas: ['Hold it. ', 'And again.'], gate: gate.promise, deaf: true },
    });
    const dana = await customer();
    await dana.call('/handoff', {});
    const typed = dana.say('Is anybody there?', 'typed-message');
    const types = async () => (await store.entriesAfter(dana.key, 0)).map(({ event }) => event.type);
    await expect.poll(types, { timeout: patienceMs }).toContain('answer-delta');
    await cases.act(dana.key, { type: 'take', by: mia });
    gate.resolve();
    await Promise.all([typed, dana.say('Hello?', 'later-message')]);
    const after = (await types()).slice((await types()).indexOf('handling-changed') + 1);
    expect(after).toEqual(['customer-message']);
    const ends = (await store.entriesAfter(dana.key, 0)).flatMap(({ event }) =>
      event.type === 'answer-end' ? [event.reason] : [],
    );
    expect(ends).toEqual(['cancelled']);
  });

  it('learns their place among those who wait', async () => {
    const { customer, cases } = await open();
    const [first, second] = [await customer(), await customer()];
    for (const { call, say } of [first, second]) {
      await say('Where is it?');
      await call('/handoff', {});
      await sleep(2);
    }
    const service = async ({ call }: typeof first) => json(await call('/service'));
    expect(await service(first)).toMatchObject({ state: 'waiting', place: 1, hasEmail: false });
    expect(await service(second)).toMatchObject({ state: 'waiting', place: 2 });
    await cases.act(first.key, { type: 'take', by: mia });
    expect(await service(first)).not.toHaveProperty('place');
    expect(await service(second)).toMatchObject({ place: 1 });
  });
});

describe('the rating of a conversation', () => {
  it('is kept, journalled once and counted once; words may follow, and the last word counts', async () => {
    const { customer, cases, store, rated } = await open();
    const dana = await customer();
    expect((await dana.call('/rating', { rating: 'up' })).status).toBe(409);
    await dana.say('Where is it?');
    await dana.call('/handoff', {});
    await cases.act(dana.key, { type: 'take', by: mia });
    await cases.reply(dana.key, { messageId: 'reply-01', text: 'Here.', by: mia });
    await cases.act(dana.key, { type: 'resolve', by: mia });
    expect((await dana.call('/rating', { rating: 'up' })).status).toBe(204);
    expect((await dana.call('/rating', { rating: 'up', comment: 'Quick!' })).status).toBe(204);
    expect((await store.get(dana.key))?.rating).toMatchObject({ rating: 'up', comment: 'Quick!' });
    const entries = await store.entriesAfter(dana.key, 0);
    expect(entries.filter(({ event }) => event.type === 'conversation-rated')).toHaveLength(1);
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(rated).toEqual([['up', true]]);
    expect((await dana.call('/rating', { rating: 'excellent' })).status).toBe(400);
  });
});

describe('a conversation by mail', () => {
  it('goes to the address that it has or that is typed, three times a day', async () => {
    const { customer, store } = await open();
    const dana = await customer();
    expect((await dana.call('/transcript', { email: 'dana@example.com' })).status).toBe(409);
    await dana.say('Where is it?');
    expect((await dana.call('/transcript', {})).status).toBe(400);
    await dana.call('/handoff', { email: 'dana@example.com' });
    const statuses: number[] = [];
    for (const body of [{}, { email: 'eve@example.com' }, {}, { email: 'zoe@example.com' }])
      statuses.push((await dana.call('/transcript', body)).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    const notices = (await store.notices(defaultTenant, { limit: 10 })).filter(
      ({ kind }) => kind === 'transcript',
    );
    const addresses = await Promise.all(notices.map(({ key, about }) => store.transcriptEmail(key, about)));
    expect(addresses.toSorted()).toEqual(['dana@example.com', 'dana@example.com', 'eve@example.com']);
  });

  it('is not a way to mail strangers: one mailbox gets a few an hour, one sender sends a few', async () => {
    const limits = () => createRateLimits({ requestsPerMinute: 100, messagesPerMinute: 100 });
    const refused = (promise: Promise<void>) =>
      promise.then(
        () => false,
        (thrown) => thrown instanceof AppError && thrown.code === 'too-many-requests',
      );
    const toOne = limits();
    const spellings = ['dana@example.com', 'Dana@example.com', 'dana+1@example.com', 'DANA+2@example.com'];
    const results = spellings.map((email, index) => refused(toOne.mail(`10.0.0.${index}`, email)));
    expect(await Promise.all(results)).toEqual([false, false, false, true]);
    const fromOne = limits();
    const many = Array.from({ length: 6 }, (_, index) =>
      refused(fromOne.mail('10.0.0.1', `x${index}@example.com`)),
    );
    expect(await Promise.all(many)).toEqual([false, false, false, false, false, true]);
  });

  it('is refused where the desk sends no mails', async () => {
    const { customer } = await open({ mails: false });
    const dana = await customer();
    await dana.say('Where is it?');
    expect((await dana.call('/transcript', { email: 'dana@example.com' })).status).toBe(409);
    expect(await json(await dana.call('/service'))).toMatchObject({ canTakeAlong: false });
  });
});

describe('a signed-in visitor', () => {
  const hour = 3_600;
  const seconds = Math.floor(Date.now() / 1000);

  it('is known by the signed token, and finds the own conversations on another device', async () => {
    const { customer, api, store } = await open();
    const identity = identityToken({ claims: { name: 'Dana', email: 'dana@shop.example' } });
    const phone = await customer({ identity });
    expect(phone.verified).toBe(true);
    await phone.say('Where is it?');
    const stranger = await customer();
    await stranger.say('Mine alone');
    const list = (token: string) => fetch(api, requestInit(token));
    expect((await json(await list(identity))).conversations).toMatchObject([
      { id: phone.id, state: 'bot', question: 'Where is it?' },
    ]);
    const opened = await fetch(
      `${api}/${phone.id}/token`,
      requestInit(undefined, { identity: identityToken() }),
    );
    const { id, token } = await json(opened);
    expect(await json(await fetch(`${api}/${id}`, requestInit(token)))).toMatchObject({
      visitor: { id: 'user-7', name: 'Dana', email: 'dana@shop.example' },
      messages: [{ text: 'Where is it?' }, { text: 'Hold it.' }],
    });
    // The first device goes on.
    expect((await phone.call('')).status).toBe(200);
    // A person's reply reaches them without being asked for an address.
    await phone.call('/handoff', {});
    expect((await store.get(phone.key))?.handoff?.email).toBe('dana@shop.example');
  });

  it('does not see, open or take over what is another visitor’s', async () => {
    const { customer, api } = await open();
    const dana = await customer({ identity: identityToken() });
    await dana.say('Where is it?');
    const eve = identityToken({ claims: { sub: 'user-8' } });
    expect((await json(await fetch(api, requestInit(eve)))).conversations).toEqual([]);
    const opened = await fetch(`${api}/${dana.id}/token`, requestInit(undefined, { identity: eve }));
    expect(opened.status).toBe(404);
    expect(await json(await dana.call('/identity', { identity: eve }))).toEqual({ verified: false });
    expect(await json(await dana.call('/identity', { identity: identityToken() }))).toEqual({
      verified: true,
    });
  });

  it('takes along the conversation that began before signing in', async () => {
    const { customer, api } = await open();
    const dana = await customer();
    await dana.say('Where is it?');
    expect(await json(await dana.call('/identity', { identity: identityToken() }))).toEqual({
      verified: true,
    });
    expect((await json(await fetch(api, requestInit(identityToken())))).conversations).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['forged', identityToken({ secret: 'another secret of more than 32 characters' })],
    ['expired', identityToken({ claims: { exp: seconds - hour } })],
    [
      'replayed after a day, though it names a later end',
      identityToken({ claims: { iat: seconds - 25 * hour, exp: seconds + 999 * hour } }),
    ],
    ['for another desk', identityToken({ claims: { aud: 'answerdesk/other' } })],
    ['without an end', identityToken({ claims: { exp: undefined } })],
    [
      'unsigned',
      `${identityToken({ header: { alg: 'none' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.`,
    ],
    ['of another algorithm', identityToken({ header: { alg: 'HS512' } })],
    ['without a user', identityToken({ claims: { sub: '' } })],
    ['no token at all', 'not-a-token'],
  ])('is anonymous with a token that is %s, and the log says why without the token', async (_, identity) => {
    const { customer, api, logs } = await open();
    const visitor = await customer({ identity });
    expect(visitor).not.toHaveProperty('verified');
    expect(await visitor.say('Hello')).toContain('answer-end');
    expect((await fetch(api, requestInit(identity))).status).toBe(404);
    expect((await visitor.call('')).status).toBe(200);
    const log = logs.join('\n');
    expect(log).toContain('a visitor is anonymous');
    expect(log).not.toContain(identity.split('.')[2] || identity);
  });
});

describe('a picture of a customer', () => {
  const picture = async (width = 30, height = 20) =>
    new Uint8Array(
      await sharp({ create: { width, height, channels: 3, background: 'red' } })
        .withExif({ IFD0: { Make: 'canary-camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
        .jpeg()
        .toBuffer(),
    );

  async function waiting(options: CustomerDeskOptions = {}) {
    const desk = await open(options);
    const dana = await desk.customer();
    await dana.say('It is broken');
    await dana.call('/handoff', {});
    return { ...desk, dana };
  }

  it('is written anew without what the camera added, shown to its owner alone, and once however often it is sent', async () => {
    const { dana, api, store, customer, folder } = await waiting();
    const sent = await picture();
    expect(Buffer.from(sent).includes('canary-camera')).toBe(true);
    const id = 'picture-message';
    const taken = await Promise.all([dana.sendPicture(sent, id), dana.sendPicture(sent, id)]);
    const [{ picture: kept }, again] = await Promise.all(taken.map(json));
    expect(again.picture).toEqual(kept);
    expect(kept).toMatchObject({ width: 30, height: 20 });
    const messages = (await store.get(dana.key))!.messages;
    expect(messages.filter(({ pictures }) => pictures)).toMatchObject([{ id, text: '', pictures: [kept] }]);
    // No answer is made of it.
    expect(messages.at(-1)?.id).toBe(id);
    expect(await store.pictureCount(dana.key)).toBe(1);
    const shown = await dana.call(`/pictures/${kept.id}`);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-disposition': 'attachment; filename="picture.webp"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    const bytes = Buffer.from(await shown.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 30 });
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect(bytes.includes('canary')).toBe(false);
    const stranger = await customer();
    expect((await stranger.call(`/pictures/${kept.id}`)).status).toBe(404);
    expect((await fetch(`${api}/${dana.id}/pictures/${kept.id}`)).status).toBe(404);
    expect(readdirSync(join(folder, 'pictures/default', dana.id))).toHaveLength(1);
  });

  it('is refused when it is none: SVG, HTML, half a picture, a bomb, however it is named', async () => {
    const { dana, store } = await waiting();
    const text = (words: string) => new Uint8Array(Buffer.from(words));
    const whole = await picture(400, 400);
    // The head of a PNG that says 60,000 x 60,000 pixels.
    const bomb = new Uint8Array(
      Buffer.concat([
        Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
        Buffer.from('0000ea600000ea600802000000', 'hex'),
        Buffer.alloc(2_000),
      ]),
    );
    for (const bytes of [
      text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      text('<!doctype html><script>alert(1)</script>'),
      text('GIF89a<script>alert(1)</script>'),
    ])
      expect((await dana.sendPicture(bytes)).status).toBe(422);
    expect((await dana.sendPicture(whole.slice(0, whole.length / 2))).status).toBe(422);
    const second = await waiting();
    expect((await second.dana.sendPicture(bomb)).status).toBe(422);
    expect((await second.dana.sendPicture(new Uint8Array(9 * 1024 * 1024))).status).toBe(413);
    expect(await store.pictureCount(dana.key)).toBe(0);
  });

  it('holds nothing of what stood behind its last pixel', async () => {
    const { dana, store } = await waiting();
    const sent = new Uint8Array(Buffer.concat([await picture(), Buffer.from('<script>canary</script>')]));
    const { picture: kept } = await json(await dana.sendPicture(sent));
    expect(Buffer.from((await store.picture(dana.key, kept.id))!).includes('canary')).toBe(false);
  });

  it('is taken only while a person is waited for or there, and only where the team allows it', async () => {
    const off = await waiting({ pictures: false });
    expect((await off.dana.sendPicture(await picture())).status).toBe(409);
    const { customer, dana, cases } = await waiting();
    const other = await customer();
    await other.say('Hello');
    expect((await other.sendPicture(await picture())).status).toBe(409);
    await cases.act(dana.key, { type: 'take', by: mia });
    expect((await dana.sendPicture(await picture())).status).toBe(200);
    await cases.act(dana.key, { type: 'resolve', by: mia });
    expect((await dana.sendPicture(await picture())).status).toBe(409);
  });

  it('comes a few times a minute at most', async () => {
    const { dana } = await waiting();
    const bytes = await picture();
    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent++) statuses.push((await dana.sendPicture(bytes)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('is given to the team by a route that asks for a session, beside who the customer is and how they rated', async () => {
    const { accounts, customer, url } = await open();
    const dana = await customer({ identity: identityToken({ claims: { name: 'Dana' } }) });
    await dana.say('It is broken');
    await dana.call('/handoff', {});
    const { picture: kept } = await json(await dana.sendPicture(await picture()));
    await dana.call('/assistant', {});
    await dana.call('/rating', { rating: 'down', comment: 'Too slow' });
    const admin = await accounts.invite('system', { email: 'ann@example.com', name: 'Ann', role: 'viewer' });
    await accounts.setPassword(admin.token, 'three blue kettles');
    const signedIn = await accounts.signIn({
      email: 'ann@example.com',
      password: 'three blue kettles',
      device: 'Chrome, Linux',
    });
    if (signedIn.result !== 'signed-in') throw new Error('This account needs a code.');
    const headers = { cookie: `answerdesk_session=${signedIn.token}` };
    const base = `${url}/api/v1/inbox/${dana.id}`;
    expect((await fetch(`${base}/pictures/${kept.id}`)).status).toBe(401);
    const shown = await fetch(`${base}/pictures/${kept.id}`, { headers });
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect((await fetch(`${base}/pictures/${'a'.repeat(22)}`, { headers })).status).toBe(404);
    expect(await json(await fetch(base, { headers }))).toMatchObject({
      item: { visitor: { id: 'user-7', name: 'Dana' }, handling: { state: 'bot', returnedBy: 'customer' } },
      rating: { rating: 'down', comment: 'Too slow' },
    });
  });

  it('is erased with its conversation', async () => {
    const { dana, folder, api } = await waiting();
    await dana.sendPicture(await picture());
    const files = join(folder, 'pictures/default', dana.id);
    expect(existsSync(files)).toBe(true);
    await fetch(`${api}/${dana.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${dana.token}` },
    });
    expect(existsSync(files)).toBe(false);
  });

  it('and who the customer is, what they said of it and where they wanted it: all of it goes', async () => {
    const { customer, folder, api } = await open();
    const identity = identityToken({ claims: { name: 'canary-name', email: 'canary@example.com' } });
    const dana = await customer({ identity });
    await dana.say('Where is it?');
    await dana.call('/rating', { rating: 'down', comment: 'canary-word' });
    await dana.call('/transcript', { email: 'canary-2@example.com' });
    const onDisk = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).some(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes('canary'),
      );
    expect(onDisk()).toBe(true);
    await fetch(`${api}/${dana.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${dana.token}` },
    });
    expect(onDisk()).toBe(false);
  });
});
