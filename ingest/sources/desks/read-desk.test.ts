import { describe, expect, it } from 'vitest';
import { type ChatwootOptions, createChatwoot } from '#connectors/chatwoot/chatwoot.ts';
import type { ConnectionOptions, DeskClient } from '#connectors/desk-client.ts';
import { createFreshdesk } from '#connectors/freshdesk/freshdesk.ts';
import { createHelpScout } from '#connectors/help-scout/help-scout.ts';
import { createIntercom } from '#connectors/intercom/intercom.ts';
import {
  chatwootStandIn,
  freshdeskStandIn,
  helpScoutStandIn,
  intercomStandIn,
  standInSecrets,
  zendeskStandIn,
} from '#connectors/testing/desk-shapes.ts';
import {
  type DeskModel,
  type DeskResponder,
  type DeskStandIn,
  type StandInTicket,
  startDeskStandIn,
} from '#connectors/testing/desk-stand-in.ts';
import { createZendesk } from '#connectors/zendesk/zendesk.ts';
import type { SourceItem } from '../../item.ts';
import type { DeskName, SourceMemory } from '../source-spec.ts';
import { parseDeskPlace } from './desk-place.ts';
import { openDesk } from './open-desk.ts';
import { type ReadDeskOptions, readDesk } from './read-desk.ts';

interface Case {
  readonly name: DeskName;
  readonly stand: DeskResponder;
  /** The variable that is named when the token is wrong. */
  readonly variable: string;
  readonly kind: 'ticket' | 'conversation';
  readonly create: (token: string, connection: ConnectionOptions) => DeskClient;
}

const cases: readonly Case[] = [
  {
    name: 'zendesk',
    stand: zendeskStandIn,
    variable: 'ANSWERDESK_ZENDESK_TOKEN',
    kind: 'ticket',
    create: (token, connection) =>
      createZendesk({ ...connection, subdomain: 'lumen', email: standInSecrets.email!, token }),
  },
  {
    name: 'intercom',
    stand: intercomStandIn,
    variable: 'ANSWERDESK_INTERCOM_TOKEN',
    kind: 'conversation',
    create: (token, connection) => createIntercom({ ...connection, region: 'eu', token }),
  },
  {
    name: 'freshdesk',
    stand: freshdeskStandIn,
    variable: 'ANSWERDESK_FRESHDESK_KEY',
    kind: 'ticket',
    create: (key, connection) => createFreshdesk({ ...connection, subdomain: 'lumen', key }),
  },
  {
    name: 'help-scout',
    stand: helpScoutStandIn,
    variable: 'ANSWERDESK_HELP_SCOUT_DOCS_KEY',
    kind: 'conversation',
    create: (token, connection) =>
      createHelpScout({ ...connection, docsKey: token, appId: standInSecrets.appId!, appSecret: token }),
  },
  {
    name: 'chatwoot',
    stand: chatwootStandIn,
    variable: 'ANSWERDESK_CHATWOOT_TOKEN',
    kind: 'conversation',
    create: (token, connection) => createChatwoot({ ...connection, account: 'chat.lumen.example/3', token }),
  },
];

const start = 1_735_000_000;
const ticket = (id: number, more: Partial<StandInTicket> = {}): StandInTicket => ({
  id,
  updated: start + id,
  state: 'ended',
  messages: [
    { from: 'customer', text: `Lamp ${id} flickers` },
    { from: 'note', text: `Customer ${id} is difficult` },
    { from: 'bot', text: 'Have you tried turning it off?' },
    { from: 'agent', text: `Tighten bulb ${id}` },
  ],
  ...more,
});

/** More than one page of each list. */
const createModel = (articles = 130, tickets = 3): DeskModel => ({
  articles: Array.from({ length: articles }, (_, index) => ({
    id: 1_000 + index,
    title: `Article ${index}`,
    text: `Text ${index}`,
    state: index === 1 ? 'draft' : 'published',
    section: index === 2 ? 'internal' : 'public',
  })),
  tickets: Array.from({ length: tickets }, (_, index) => ticket(index + 1)),
});

const limits = { timeoutMs: 20_000, maxBytes: 2_000_000, retries: 2 };

/** `pauses`: milliseconds that were asked for; nothing is waited for. */
function connect(
  { create }: Case,
  { origin }: DeskStandIn,
  { token = 'right-token', more = {} as object } = {},
) {
  const pauses: number[] = [];
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  return {
    pauses,
    client: create(token, { origin, allowHttp: true, limits: { ...limits, ...more }, pause }),
  };
}

const readAll = (client: DeskClient, options: Partial<ReadDeskOptions> = {}): Promise<SourceItem[]> =>
  Array.fromAsync(
    readDesk(client, {
      place: 'desk:lumen',
      read: ['articles', 'tickets'],
      firstSince: (start - 10_000) * 1000,
      ...options,
    }),
  );

function createMemory() {
  const values = new Map<string, unknown>();
  const memory: SourceMemory = {
    recall: (key) => values.get(key),
    remember: (key, value) => void values.set(key, JSON.parse(JSON.stringify(value))),
  };
  return memory;
}

const brief = (items: readonly SourceItem[]) =>
  items.map((item) => (item.type === 'problem' ? item.reason : `${item.type} ${item.id}`));

describe.each(cases)('$name', (desk) => {
  it('gives every article of every page, drafts and what is for agents as internal', async () => {
    await using stand = await startDeskStandIn(createModel(), desk.stand);
    const items = await readAll(connect(desk, stand).client, { read: ['articles'] });
    const articles = items.filter((item) => item.type === 'article');
    expect(articles).toHaveLength(130);
    expect(items).toHaveLength(130);
    const internal = articles.filter(({ audience }) => audience === 'internal').map(({ id }) => id);
    expect(internal.sort()).toEqual(['1001', '1002']);
    expect(articles[0]).toMatchObject({
      id: '1000',
      title: 'Article 0',
      url: expect.stringContaining('1000'),
    });
    expect(articles[0]!.body).toContain('Text 0');
  });

  it('gives past conversations with customer and agent, without notes and bots', async () => {
    await using stand = await startDeskStandIn(createModel(0, 120), desk.stand);
    stand.model.tickets = [...stand.model.tickets, ticket(500, { state: 'open' })];
    const items = await readAll(connect(desk, stand).client, { read: ['tickets'] });
    expect(items).toHaveLength(120);
    const [first] = items.filter((item) => item.type === 'conversation' && item.id === `${desk.kind}-1`);
    expect(
      first?.type === 'conversation' &&
        first.turns.map(({ role, text }) => [role, text.replace(/<\/?p>/g, '')]),
    ).toEqual([
      ['customer', 'Lamp 1 flickers'],
      ['agent', 'Tighten bulb 1'],
    ]);
  });

  it('fetches at the next run only what has changed, and leaves out what is gone or open again', async () => {
    await using stand = await startDeskStandIn(createModel(1, 5), desk.stand);
    const memory = createMemory();
    const { client } = connect(desk, stand);
    expect(await readAll(client, { memory })).toHaveLength(6);

    const changed = ticket(2, {
      updated: start + 900,
      messages: [...ticket(2).messages, { from: 'agent', text: 'Or replace it' }],
    });
    stand.model.tickets = [
      ticket(1),
      changed,
      ticket(3, { state: 'deleted', updated: start + 901 }),
      ticket(4, { state: 'open', updated: start + 902 }),
      ticket(5),
      ticket(6, { updated: start + 903 }),
    ];
    const fetchedIds = (id: number) =>
      stand.requests.filter((path) => new RegExp(`/(?:tickets|conversations)/${id}(?:/|$|\\?)`).test(path))
        .length;
    const before = [1, 5].map(fetchedIds);
    const items = await readAll(client, { memory });
    expect(
      brief(items)
        .filter((line) => !line.startsWith('article'))
        .sort(),
    ).toEqual([
      `conversation ${desk.kind}-2`,
      `conversation ${desk.kind}-6`,
      `kept ${desk.kind}-1`,
      `kept ${desk.kind}-5`,
    ]);
    expect([1, 5].map(fetchedIds)).toEqual(before);
    // And once more, with nothing new.
    expect(brief(await readAll(client, { memory, read: ['tickets'] })).sort()).toEqual(
      [1, 2, 5, 6].map((id) => `kept ${desk.kind}-${id}`),
    );
  });

  it('waits as long as a rate limit says, and a little after a fault', async () => {
    await using stand = await startDeskStandIn(createModel(1, 1), desk.stand);
    const { client, pauses } = connect(desk, stand);
    stand.faults.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 500 });
    expect(await readAll(client)).toHaveLength(2);
    expect(pauses).toEqual([7_000, 2_000]);
  });

  it('reads again what was cut off or truncated', async () => {
    await using stand = await startDeskStandIn(createModel(1, 1), desk.stand);
    const { client } = connect(desk, stand);
    stand.faults.push('truncated', 'cut-off');
    expect(await readAll(client)).toHaveLength(2);
  });

  it('says which variable is wrong, and never what is in it', async () => {
    await using stand = await startDeskStandIn(createModel(1, 1), desk.stand);
    const { client } = connect(desk, stand, { token: 'wrong-secret' });
    const failed = await readAll(client).catch((error: Error) => error);
    expect(failed).toMatchObject({ code: 'bad-input', message: expect.stringContaining(desk.variable) });
    expect(String((failed as Error).message)).not.toContain('wrong-secret');
  });

  it.each(['truncated', { status: 503 }, 'too-large'] as const)(
    'gives up when it is always %j',
    async (fault) => {
      await using stand = await startDeskStandIn(createModel(1, 1), desk.stand);
      stand.faults.push(...Array.from({ length: 20 }, () => fault));
      await expect(readAll(connect(desk, stand).client)).rejects.toMatchObject({
        code: 'internal',
        message: /again later/,
      });
      expect(stand.requests.length).toBeLessThan(10);
    },
  );

  it('gives up on a server that hangs, refuses a pause of hours, and takes no other shape', async () => {
    await using stand = await startDeskStandIn(createModel(1, 1), desk.stand);
    stand.faults.push('hang');
    const hanging = connect(desk, stand, { more: { timeoutMs: 50, retries: 0 } });
    await expect(readAll(hanging.client)).rejects.toThrow(/no answer in time/);
    stand.faults.push({ status: 429, headers: { 'retry-after': '86400' } });
    await expect(readAll(connect(desk, stand).client)).rejects.toThrow(/no further request for 1440 minutes/);
    stand.faults.push('other-shape');
    await expect(readAll(connect(desk, stand).client)).rejects.toMatchObject({ code: 'bad-input' });
    stand.faults.push({ status: 302, headers: { location: 'https://elsewhere.example/' } });
    await expect(readAll(connect(desk, stand).client)).rejects.toThrow(/another address/);
  });

  it('remembers nothing of a run that failed or was stopped', async () => {
    await using stand = await startDeskStandIn(createModel(1, 30), desk.stand);
    const memory = createMemory();
    const controller = new AbortController();
    const reason = new DOMException('stopped', 'AbortError');
    const items = readDesk(connect(desk, stand).client, {
      place: 'desk:lumen',
      read: ['tickets'],
      firstSince: 0,
      memory,
      signal: controller.signal,
    });
    await items.next();
    controller.abort(reason);
    await expect(Array.fromAsync(items)).rejects.toBe(reason);
    expect(memory.recall('tickets')).toBeUndefined();
  });
});

describe('a help desk by its spec', () => {
  const secret = () => 'right-token';
  const spec = { type: 'desk', desk: 'zendesk', account: 'lumen', read: ['articles'] } as const;

  it('needs credentials, and names the variables that are missing', () => {
    for (const { name, variable } of cases) {
      const account = { chatwoot: 'a.example/1', intercom: 'us' }[name as string] ?? 'lumen';
      const missing = (wanted: string) => (wanted === variable ? undefined : 'x');
      expect(() => openDesk({ ...spec, desk: name, account }, { secret: missing })).toThrow(variable);
    }
    const secrets = { token: 'SECOND_TOKEN' };
    expect(() =>
      openDesk({ ...spec, secrets }, { secret: (name) => (name === 'SECOND_TOKEN' ? undefined : 'x') }),
    ).toThrow('SECOND_TOKEN');
  });

  it.each([
    'evil.example/',
    'lumen.example',
    'a@b',
    '127.0.0.1',
    'x/y',
    '',
    '-',
    'lumen#',
    'lumen?x',
    'a'.repeat(64),
    'lümen',
    '%2e',
  ])('refuses the subdomain %j', (account) => {
    for (const desk of ['zendesk', 'freshdesk'] as const)
      expect(() => openDesk({ ...spec, desk, account }, { secret })).toThrow(/is no subdomain/);
  });

  it.each([
    'chat.example',
    'chat.example/',
    'user@chat.example/1',
    'chat.example/1/2',
    'http://chat.example/1',
    'chat.example/x',
    '/1',
  ])('refuses the Chatwoot account %j', (account) => {
    expect(() => openDesk({ ...spec, desk: 'chatwoot', account }, { secret })).toThrow(/is no account/);
  });

  it('refuses a region, a day and a secret that are none', () => {
    expect(() => openDesk({ ...spec, desk: 'intercom', account: 'mars' }, { secret })).toThrow(/no region/);
    expect(() => openDesk({ ...spec, ticketsSince: 'May' }, { secret })).toThrow(/no day/);
    expect(() => openDesk({ ...spec, secrets: { pin: 'PIN' } }, { secret })).toThrow(/no secret "pin"/);
  });

  it('never sends a secret without https', () => {
    const options: ChatwootOptions = { account: 'chat.example/1', token: 'x', origin: 'http://chat.example' };
    expect(() => createChatwoot(options)).toThrow(/no https address/);
  });

  it('is written as desk and account', () => {
    expect(parseDeskPlace('zendesk:lumen')).toEqual({ desk: 'zendesk', account: 'lumen' });
    expect(parseDeskPlace('chatwoot:app.chatwoot.com/3')).toEqual({
      desk: 'chatwoot',
      account: 'app.chatwoot.com/3',
    });
    for (const path of ['./zendesk', 'C:\\data', 'https://x.example', 'notes:today', 'zendesk://x'])
      expect(parseDeskPlace(path)).toBeUndefined();
  });
});
