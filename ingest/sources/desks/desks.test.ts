import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../../testing/source-folder.ts';
import { createFields } from '../field-map.ts';
import { createRecordReader } from '../record-items.ts';

let folder: TemporaryFolder;
let count = 0;
beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** As a `.json` file, or as `.jsonl` if it is a list of lines. */
async function read(...records: unknown[]) {
  count += 1;
  const text = records.map((record) => JSON.stringify(record)).join('\n');
  return readItems([await folder.write(`${count}.${records.length > 1 ? 'jsonl' : 'json'}`, text)]);
}
async function readCsv(text: string) {
  count += 1;
  return readItems([await folder.write(`${count}.csv`, text)]);
}
const said = (items: readonly unknown[]) =>
  items.flatMap((item) =>
    ((item as { turns?: { role: string; text: string }[] }).turns ?? []).map(
      ({ role, text }) => `${role}: ${text}`,
    ),
  );

describe('Zendesk', () => {
  const article = {
    id: 77001,
    url: 'https://lumen.example/api/v2/help_center/en-us/articles/77001.json',
    html_url: 'https://help.lumen.example/hc/en-us/articles/77001-Dim-a-lamp',
    title: 'Dim a lamp',
    body: '<p>Hold the switch.</p>',
    locale: 'en-us',
    source_locale: 'en-us',
    section_id: 5,
    draft: false,
    user_segment_id: null,
    label_names: ['dimming'],
    updated_at: '2025-02-03T04:05:06Z',
  };

  it('articles lead to the page for people and are internal as drafts, for a segment, or outdated', async () => {
    const items = await read({
      count: 4,
      articles: [
        article,
        { ...article, id: 2, draft: true },
        { ...article, id: 3, user_segment_id: 9 },
        { ...article, id: 4, outdated: true },
      ],
    });
    expect(items).toMatchObject([
      { type: 'article', id: '77001', format: 'html', url: article.html_url, language: 'en-us' },
      { id: '2', audience: 'internal' },
      { id: '3', audience: 'internal' },
      { id: '4', audience: 'internal' },
    ]);
    expect(items[0]).not.toHaveProperty('audience');
  });

  it('articles of an internal section or category are internal, wherever in the page it stands', async () => {
    const page = {
      categories: [{ id: 1, name: 'Internal' }],
      sections: [
        { id: 5, name: 'Lamps', category_id: 3 },
        { id: 6, name: 'Agents only' },
        { id: 7, name: 'Prices', category_id: 1 },
      ],
      articles: [article, { ...article, id: 6, section_id: 6 }, { ...article, id: 7, section_id: 7 }],
    };
    const { articles, ...places } = page;
    for (const items of [
      await read(page),
      await read({ articles, ...places }),
      await read(places, { articles }),
    ])
      expect(items.map((item) => ('audience' in item ? item.audience : undefined))).toEqual([
        undefined,
        'internal',
        'internal',
      ]);
  });

  it('translations keep their original’s number', async () => {
    const items = await read(
      { articles: [article] },
      { articles: [{ ...article, locale: 'fr', title: 'Tamiser une lampe' }] },
    );
    expect(items.map((item) => 'id' in item && item.id)).toEqual(['77001', '77001-fr']);
  });

  const comment = (author_id: number, plain_body: string, more: object = {}) => ({
    type: 'Comment',
    author_id,
    plain_body,
    html_body: `<p>${plain_body}</p>`,
    body: plain_body,
    public: true,
    created_at: `2025-01-01T10:0${plain_body.length % 10}:00Z`,
    ...more,
  });
  const ticket = {
    id: 31,
    url: 'https://lumen.example/api/v2/tickets/31.json',
    subject: 'Flicker',
    description: 'It flickers',
    status: 'solved',
    requester_id: 100,
    submitter_id: 100,
    assignee_id: 7,
  };
  const comments = [
    comment(100, 'It flickers', { created_at: '2025-01-01T10:00:00Z' }),
    comment(7, 'A nagging one, be careful', { public: false, created_at: '2025-01-01T10:01:00Z' }),
    comment(7, 'Tighten the bulb', { created_at: '2025-01-01T10:02:00Z' }),
  ];

  it('tickets have the requester as customer and no private comment, in every wrapping', async () => {
    const whole = { ...ticket, comments };
    for (const file of [
      [whole],
      [[whole]],
      [{ tickets: [whole], next_page: null, count: 1 }],
      [{ ticket: whole }],
      [{ ticket, comments, users: [] }],
      [{ data: [whole] }],
      [{ tickets: [whole] }, { tickets: [] }],
    ]) {
      const items = await read(...file);
      expect(items).toMatchObject([{ type: 'conversation', id: 'ticket-31' }]);
      expect(said(items)).toEqual(['customer: It flickers', 'agent: Tighten the bulb']);
    }
  });

  it('take the words of whom nothing is known for a customer’s, and learn who is an agent from the whole file', async () => {
    const reassigned = { ...ticket, id: 32, comments: [comments[0], comment(8, 'Change the bulb')] };
    expect(said(await read({ tickets: [reassigned] }))).toEqual([
      'customer: It flickers',
      'customer: Change the bulb',
    ]);
    const items = await read({ tickets: [reassigned, { ...ticket, id: 33, assignee_id: 8, comments }] });
    expect(said(items)).toContain('agent: Change the bulb');
    const users = [{ id: 8, role: 'agent' }];
    expect(said(await read({ tickets: [reassigned], users }))).toContain('agent: Change the bulb');
  });

  it('take somebody in copy, and who began a ticket that is not theirs, for no agent', async () => {
    const copied = { ...ticket, email_cc_ids: [55], comments: [...comments, comment(55, 'Mine, too')] };
    expect(said(await read({ tickets: [copied] }))).toContain('customer: Mine, too');
    const begun = { ...ticket, comments: [comment(56, 'It flickers'), comments[2]] };
    expect(said(await read({ tickets: [begun] }))).toContain('customer: It flickers');
  });

  it('leave out calls, the system and deleted tickets', async () => {
    const odd = [comment(7, 'Call from +1', { type: 'VoiceComment' }), comment(-1, 'merged')];
    expect(said(await read({ tickets: [{ ...ticket, comments: [...comments, ...odd] }] }))).toHaveLength(2);
    expect(await read({ tickets: [{ ...ticket, status: 'deleted', comments }] })).toEqual([]);
  });

  it('the CSV of a view has no messages, and nobody’s words are published as an article', async () => {
    const items = await readCsv(
      'Id,Subject,Requester,Status,Body\n5,Flicker,Ann,Solved,It flickers\n6,Noise,Bo,Open,\n',
    );
    expect(items).toMatchObject(
      [
        { type: 'problem', reason: /does not say who wrote/ },
        { type: 'problem', reason: /without its messages/ },
      ].map((item) => ({ ...item, reason: expect.stringMatching(item.reason) })),
    );
  });

  it('rows of comments are told apart by the requester', async () => {
    const items = await readCsv(
      'Ticket ID,requester_id,author_id,public,body,created_at\n5,1,1,true,It hums,2025-01-01 10:00\n5,1,2,false,Charge him,2025-01-01 10:01\n5,1,2,true,Turn it,2025-01-01 10:02\n',
    );
    expect(said(items)).toEqual(['customer: It hums', 'agent: Turn it']);
  });

  it('a cell of JSON holds the comments of a ticket', async () => {
    const cell = JSON.stringify(comments).replaceAll('"', '""');
    expect(said(await readCsv(`id,requester_id,assignee_id,comments\n31,100,7,"${cell}"\n`))).toEqual([
      'customer: It flickers',
      'agent: Tighten the bulb',
    ]);
  });
});

describe('Intercom', () => {
  const part = (part_type: string, type: string, body: string | null, more: object = {}) => ({
    type: 'conversation_part',
    part_type,
    body,
    author: { type, id: '1' },
    created_at: 1_735_725_600 + (body?.length ?? 0),
    ...more,
  });
  const parts = [
    part('note', 'admin', '<p>Door code 8812</p>'),
    part('comment', 'admin', '<p>Press the green button for two seconds.</p>'),
    part('assignment', 'bot', null),
    part('comment', 'bot', '<p>Did that help?</p>'),
    part('comment', 'admin', '<p>Oops, wrong customer, sorry about that</p>', { redacted: true }),
    part('comment', 'admin', '<p>An answer of the machine that nobody checked.</p>', {
      author: { type: 'admin', from_ai_agent: true },
    }),
    part('comment', 'lead', '<p>Works, thank you! It took a little while though.</p>'),
  ];
  const conversation = {
    type: 'conversation',
    id: '4401',
    created_at: 1_735_725_500,
    state: 'closed',
    source: { type: 'conversation', body: '<p>It is off</p>', author: { type: 'lead', id: '2' } },
  };

  it('conversations begin with their source and have comments only', async () => {
    for (const record of [
      { ...conversation, conversation_parts: { type: 'conversation_part.list', conversation_parts: parts } },
      {
        conversations: [{ ...conversation, conversation_parts: parts }],
        type: 'conversation.list',
        pages: {},
      },
    ]) {
      const items = await read(record);
      expect(items).toMatchObject([{ id: 'conversation-4401', turns: [{ format: 'html' }, {}, {}] }]);
      expect(said(items)).toEqual([
        'customer: <p>It is off</p>',
        'agent: <p>Press the green button for two seconds.</p>',
        'customer: <p>Works, thank you! It took a little while though.</p>',
      ]);
    }
  });

  it('articles have their translations, each with a state of its own', async () => {
    const article = {
      type: 'article',
      id: '12',
      title: 'Start',
      body: '<p>Press.</p>',
      state: 'published',
      default_locale: 'en',
      url: 'https://help.lumen.example/en/12',
    };
    const translated = {
      de: { title: 'Anfang', body: '<p>Drücken.</p>', state: 'draft' },
      en: { title: 'Start', body: 'x' },
      type: 'article_translated_content',
    };
    expect(
      await read({
        type: 'list',
        data: [
          { ...article, translated_content: translated },
          { ...article, id: '13', type: 'internal_article' },
        ],
      }),
    ).toMatchObject([
      { id: '12', url: article.url, language: 'en' },
      { id: '12-de', audience: 'internal', language: 'de' },
      { id: '13', audience: 'internal' },
    ]);
  });
});

describe('Freshdesk', () => {
  const article = {
    id: 9001,
    title: 'Filters',
    description: '<p>Rinse it.</p>',
    description_text: 'Rinse it.',
    status: 2,
    folder_id: 3,
    type: 1,
    updated_at: '2025-02-02T00:00:00Z',
  };

  it('articles are drafts by number, and as visible as their folder', async () => {
    const folders = [
      { id: 3, name: 'General', visibility: 1 },
      { id: 4, name: 'Playbook', visibility: 3 },
      { id: 5, name: 'Partners', visibility: 4 },
    ];
    const articles = [
      article,
      { ...article, id: 2, status: 1 },
      { ...article, id: 3, folder_id: 4 },
      { ...article, id: 4, folder_id: 5 },
      { ...article, id: 5, status: '2', folder_visibility: 3 },
    ];
    const audiences = [undefined, 'internal', 'internal', 'internal', 'internal'];
    const items = await read({ articles, folders });
    expect(items[0]).toMatchObject({ id: '9001', body: '<p>Rinse it.</p>', format: 'html' });
    expect(items.map((item) => ('audience' in item ? item.audience : undefined))).toEqual(audiences);
  });

  it('articles of its export stand in folders of categories', async () => {
    const inside = (visibility: number, id: number) => ({
      folder: { id, name: 'F', visibility, articles: [{ article: { ...article, id } }] },
    });
    const category = {
      id: 1,
      name: 'Help',
      folders: [
        inside(1, 11),
        inside(3, 12),
        { id: 13, name: 'Internal notes', visibility: 1, articles: [{ ...article, id: 13 }] },
      ],
    };
    for (const file of [
      [[{ category }]],
      [[category]],
      [{ categories: [category] }],
      [{ solution_categories: [{ category }] }],
    ])
      expect(await read(...file)).toMatchObject([
        { id: '11' },
        { id: '12', audience: 'internal' },
        { id: '13', audience: 'internal' },
      ]);
    const closed = await read([{ category: { ...category, name: 'Agents only' } }]);
    expect(closed.every((item) => 'audience' in item && item.audience === 'internal')).toBe(true);
  });

  const note = (body: string, more: object) => ({
    body,
    incoming: false,
    private: false,
    user_id: 7,
    created_at: `2025-01-01T10:${10 + body.length}:00Z`,
    ...more,
  });
  const notes = [
    note('And now?', { incoming: true, user_id: 55 }),
    note('Spare key: 5510', { private: true }),
    note('Hold the star key.', {}),
    note('Please look at this, plumber', { source: 8 }),
  ];
  const ticket = {
    id: 3,
    display_id: 3,
    description: 'It leaks',
    requester_id: 55,
    responder_id: 7,
    status: 5,
    created_at: '2025-01-01T10:00:00Z',
  };

  it('tickets have incoming notes of the customer and no private ones, from export and API', async () => {
    for (const record of [
      [{ helpdesk_ticket: { ...ticket, notes } }],
      [{ helpdesk_ticket: { ...ticket, notes: notes.map((one) => ({ helpdesk_note: one })) } }],
      { ...ticket, description: '<div>It leaks</div>', conversations: notes },
      { tickets: [{ ...ticket, conversations: notes }] },
    ]) {
      const items = await read(record);
      expect(items).toMatchObject([{ id: 'ticket-3' }]);
      expect(said(items).map((line) => line.replace(/<\/?div>/g, ''))).toEqual([
        'customer: It leaks',
        'customer: And now?',
        'agent: Hold the star key.',
      ]);
    }
  });

  it('tickets that are spam or deleted are left out', async () => {
    expect(
      await read([
        { ...ticket, spam: true, conversations: notes },
        { ...ticket, deleted: true, conversations: notes },
      ]),
    ).toEqual([]);
  });
});

describe('Help Scout', () => {
  const thread = (type: string, author: string, body: string, more: object = {}) => ({
    type,
    state: 'published',
    body,
    createdBy: { type: author },
    createdAt: `2025-01-01T10:${10 + body.length}:00Z`,
    ...more,
  });

  it('conversations have threads of the customer and messages, whatever their order', async () => {
    const threads = [
      thread('message', 'user', 'Open the lid before you press it.'),
      thread('note', 'user', 'Customer is rude'),
      thread('lineitem', 'user', 'Assigned'),
      thread('message', 'user', 'Not sent yet', { state: 'draft' }),
      thread('forwardchild', 'user', 'Look at this one please, warehouse'),
      thread('customer', 'customer', 'Stuck'),
    ];
    const items = await read({
      _embedded: { conversations: [{ id: 61, status: 'closed', _embedded: { threads } }] },
      page: { number: 1 },
    });
    expect(items).toMatchObject([
      { id: 'conversation-61', turns: [{ role: 'customer' }, { role: 'agent' }] },
    ]);
    expect(said(items)).toEqual(['customer: Stuck', 'agent: Open the lid before you press it.']);
  });

  it('articles come in lists and by themselves, not published ones as internal', async () => {
    const article = {
      id: 'a1',
      name: 'Lids',
      text: '<p>Open them.</p>',
      status: 'published',
      hasDraft: true,
      publicUrl: 'https://docs.lumen.example/article/1',
      collectionId: 'c1',
    };
    const items = await read(
      { article },
      { articles: { page: 1, pages: 1, items: [{ ...article, id: 'a2', status: 'notpublished' }] } },
      { collections: { items: [{ id: 'c2', name: 'Handbook', visibility: 'private' }] } },
      { article: { ...article, id: 'a3', collectionId: 'c2' } },
    );
    expect(items).toMatchObject([
      { id: 'a1', title: 'Lids', url: article.publicUrl },
      { id: 'a2', audience: 'internal' },
      { id: 'a3', audience: 'internal' },
    ]);
    expect(items[0]).not.toHaveProperty('audience');
  });
});

describe('Chatwoot', () => {
  const message = (
    message_type: number | string,
    sender_type: string | null,
    content: string,
    more: object = {},
  ) => ({
    content,
    message_type,
    sender_type,
    content_type: 'text',
    private: false,
    created_at: 1_735_725_600 + content.length,
    ...more,
  });

  it.each([
    ['numbers', 0, 1, 2],
    ['words', 'incoming', 'outgoing', 'activity'],
  ] as const)(
    'messages with %s as types have the User as agent',
    async (_name, incoming, outgoing, activity) => {
      const messages = [
        message(incoming, 'Contact', 'Locked'),
        message(activity, null, 'Assigned to Mo'),
        message(outgoing, 'User', 'Give him 40 off', { private: true }),
        message(outgoing, 'AgentBot', 'Have you tried to pull?'),
        message(outgoing, null, 'We are closed on Sunday. Bye.'),
        message(outgoing, 'User', 'Turn the key to the right twice, then pull.'),
      ];
      const expected = ['customer: Locked', 'agent: Turn the key to the right twice, then pull.'];
      const conversation = { id: 8, status: 'resolved', messages };
      for (const file of [[conversation], [{ data: { meta: {}, payload: [conversation] } }]]) {
        const items = await read(...file);
        expect(items).toMatchObject([{ id: 'conversation-8' }]);
        expect(said(items)).toEqual(expected);
      }
      expect(said(await read(...messages.map((one) => ({ ...one, conversation_id: 8 }))))).toEqual(expected);
    },
  );

  it('articles are drafts by word and by number', async () => {
    const article = {
      id: 4,
      title: 'Keys',
      content: 'Turn **twice**.',
      status: 'published',
      account_id: 1,
      category_id: 2,
      slug: 'keys',
    };
    expect(
      await read({
        payload: [
          article,
          { ...article, id: 5, status: 0 },
          { ...article, id: 6, status: 'archived' },
          { ...article, id: 7, status: 1 },
        ],
        meta: {},
      }),
    ).toMatchObject([
      { id: '4', format: 'markdown' },
      { id: '5', audience: 'internal' },
      { id: '6', audience: 'internal' },
      { id: '7' },
    ]);
  });
});

describe('any record', () => {
  it('is read by the map alone where there is one', async () => {
    const file = await folder.write(
      'mapped.json',
      JSON.stringify([
        {
          id: 1,
          requester_id: 2,
          submitter_id: 2,
          description: 'x',
          comments: [
            { author_id: 'Bo', html_body: 'Answer' },
            { author_id: 'Ann', html_body: 'Question' },
          ],
        },
      ]),
    );
    const roles = { customer: ['Ann'], agent: ['Bo'], ignore: [] };
    expect(said(await readItems([file], { role: 'author_id', text: 'html_body', roles }))).toEqual([
      'agent: Answer',
      'customer: Question',
    ]);
  });

  it('that only names sections, or is an empty page, is nothing and no problem', async () => {
    expect(await read({ sections: [{ id: 1, name: 'A' }], articles: [] })).toEqual([]);
  });

  it('with sections of its own text stays one article', async () => {
    expect(
      await read({ id: 1, title: 'T', body: 'text', sections: [{ heading: 'H', text: 'more' }] }),
    ).toMatchObject([{ id: '1', body: 'text' }]);
  });

  it('never throws, however odd', () => {
    const names = [
      'id',
      'articles',
      'tickets',
      'comments',
      'folders',
      'category',
      'ticket',
      'users',
      'requester_id',
      'body',
      'title',
      'description',
      'description_text',
      'conversation_parts',
      'source',
      '_embedded',
      'threads',
      'messages',
      'message_type',
      'content',
      'status',
      'notes',
      'helpdesk_ticket',
      'section_id',
      'type',
    ];
    const { node } = fc.letrec((tie) => ({
      node: fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(
          { maxDepth: 6 },
          fc.constantFrom(null, 1, 'article', 'conversation', true, ''),
          tie('node'),
          fc.array(tie('node'), { maxLength: 3 }),
        ),
        { maxKeys: 5 },
      ),
    }));
    fc.assert(
      fc.property(node, (record) => {
        const reader = createRecordReader(createFields());
        const items = [
          ...reader.read(record as Record<string, unknown>, { file: 'f', line: 1 }),
          ...reader.finish(),
        ];
        for (const item of items) expect(item.origin.file).toBe('f');
      }),
      { numRuns: 300 * effort },
    );
  });

  it('does not overflow when nested deeply', async () => {
    const deep = `${'{"data":'.repeat(5_000)}{"id":1,"body":"text"}${'}'.repeat(5_000)}`;
    expect(await readItems([await folder.write('deep.json', deep)])).toMatchObject([{ type: 'problem' }]);
  });
});
