import { symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import type { SourceItem } from '../item.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';
import { defaultSourceName, findFiles } from './find-files.ts';

let root: TemporaryFolder;
let run = 0;
beforeAll(async () => {
  root = await createTemporaryFolder();
});
afterAll(() => root[Symbol.asyncDispose]());
beforeEach(() => {
  run += 1;
});
const write = (name: string, content: string | Uint8Array) => root.write(`${run}/${name}`, content);
const read = async (name: string, content: string | Uint8Array) => readItems([await write(name, content)]);
const problems = (items: readonly SourceItem[]) =>
  items.flatMap((item) => (item.type === 'problem' ? [`${item.origin.line ?? '-'}: ${item.reason}`] : []));
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

describe('article files', () => {
  it('names a file of 100 MB and leaves it out, and reads the others', async () => {
    const huge = await write('huge.md', '# Everything\n');
    await truncate(huge, 100 * 1024 * 1024);
    const items = await readItems([huge, await write('small.md', '# Returns\n\nWithin 30 days.')]);
    expect(problems(items)).toEqual(['-: file larger than 16 MB']);
    expect(items.filter(({ type }) => type === 'article')).toHaveLength(1);
  });

  it('gives rows of questions and answers an id that their question keeps', async () => {
    const csv = 'Question,Answer\n"Do you ship to islands?","Yes, it takes three extra days."\n';
    const [item] = await read('faq.csv', csv);
    expect(item).toMatchObject({ type: 'article', title: 'Do you ship to islands?' });
    const other = await read('faq.csv', csv.replace('three', 'two').replace('\n"', '\n"Is it free?",No.\n"'));
    expect(other[1]).toMatchObject({ id: (item as { id: string }).id });
  });

  it('read the facts in their front matter', async () => {
    const text =
      '---\ntitle: "Pay: how"\nid: pay-1\nurl: https://x.example/pay\nupdated: 2026-01-02\naudience: internal\nlanguage: de\n---\nText';
    expect(await read('a.md', text)).toMatchObject([
      {
        type: 'article',
        id: 'pay-1',
        title: 'Pay: how',
        url: 'https://x.example/pay',
        updated: '2026-01-02',
        audience: 'internal',
        language: 'de',
        body: 'Text',
      },
    ]);
  });

  it('fall back to the first heading, the file name and the relative path', async () => {
    await write('docs/one.md', 'Intro\n\n# First\n');
    await write('docs/sub/two-words.txt', 'text');
    const items = await readItems([join(root.path, String(run), 'docs')]);
    expect(items).toMatchObject([
      { id: 'one.md', title: 'First' },
      { id: 'sub/two-words.txt', title: 'Two words', format: 'text' },
    ]);
  });

  it('read HTML with its meta tags', async () => {
    const html =
      '<html lang="fr"><head><title>Aide</title><meta name="id" content="h1"><meta name="audience" content="internal"></head><body><p>Oui</p></body></html>';
    expect(await read('a.html', html)).toMatchObject([
      { id: 'h1', title: 'Aide', language: 'fr', audience: 'internal', format: 'html', body: html },
    ]);
  });

  it('are quarantined when their front matter cannot be read: it may say that they are internal', async () => {
    expect(problems(await read('a.md', '---\naudience: [internal\n---\nText'))).toEqual([
      '-: the front matter is not valid YAML',
    ]);
  });
});

describe('records', () => {
  it('are told apart by their fields', async () => {
    const items = await read(
      'mixed.jsonl',
      line({ id: 'a', title: 'T', markdown: 'M', modified: '2020-05-06' }) +
        line({ conversation_id: 'c', author_type: 'visitor', message: 'Help', created_at: 1_589_375_697 }) +
        line({
          id: 7,
          turns: [
            { speaker: 'User', text: 'Q' },
            { speaker: 'Support', text: 'A' },
            { speaker: 'system', text: 'x' },
          ],
        }) +
        line({
          conversation_id: 'c',
          author_type: 'operator',
          message: 'Done',
          created_at: 1_589_375_714_000,
        }),
    );
    expect(items).toMatchObject([
      { type: 'article', id: 'a', body: 'M', updated: '2020-05-06' },
      { type: 'conversation', id: '7', turns: [{ role: 'customer' }, { role: 'agent' }] },
      {
        type: 'conversation',
        id: 'c',
        turns: [
          { role: 'customer', time: 1_589_375_697_000 },
          { role: 'agent', time: 1_589_375_714_000 },
        ],
      },
    ]);
  });

  it('are read from CSV with quoted line breaks and other delimiters', async () => {
    const csv = 'id;title;body\n1;A;"line one\nline ""two"""\n2;B\n3;C;three\n';
    const items = await read('a.csv', csv);
    expect(items).toMatchObject([
      { id: '1', body: 'line one\nline "two"' },
      { type: 'problem' },
      { id: '3', body: 'three' },
    ]);
    expect(problems(items)).toEqual(['4: neither an article (no text) nor a message (no conversation id)']);
  });

  it('follow a map where names are unusual', async () => {
    const file = await write(
      'a.jsonl',
      line({
        key: 'k',
        data: {
          talk: [
            { who: 'Kunde', said: 'Q' },
            { who: 'Bo', said: 'A' },
          ],
        },
      }),
    );
    const map = {
      id: 'key',
      turns: 'data.talk',
      role: 'who',
      text: 'said',
      roles: { customer: ['Kunde'], agent: ['bo'], ignore: [] },
    };
    expect(await readItems([file], map)).toMatchObject([
      {
        id: 'k',
        turns: [
          { role: 'customer', text: 'Q' },
          { role: 'agent', text: 'A' },
        ],
      },
    ]);
  });

  it('keep drafts and private articles from customers, and leave notes between agents out', async () => {
    expect(await read('a.md', '---\ndraft: true\naudience: customer\n---\nText')).toMatchObject([
      { audience: 'internal' },
    ]);
    const rows =
      line({ id: 1, text: 'x', published: false }) +
      line({
        id: 2,
        turns: [
          { role: 'agent', text: 'psst', public: false },
          { role: 'agent', text: 'A' },
        ],
      });
    expect(await read('a.jsonl', rows)).toMatchObject([
      { id: '1', audience: 'internal' },
      { id: '2', turns: [{ text: 'A' }] },
    ]);
  });

  it('put turns in the order of their times', async () => {
    const items = await read(
      'a.jsonl',
      line({
        id: 1,
        turns: [
          { role: 'agent', text: 'A', t: '2020-01-01T10:01:00Z' },
          { role: 'customer', text: 'Q', t: '2020-01-01T10:00:00Z' },
        ],
      }),
    );
    expect(items).toMatchObject([{ turns: [{ text: 'Q' }, { text: 'A' }] }]);
  });

  it('take 100,000 turns of one conversation', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) =>
      line({ conversation_id: 'c', role: index % 2 ? 'agent' : 'customer', text: 'x' }),
    );
    const [conversation] = await read('a.jsonl', rows.join(''));
    expect(conversation?.type === 'conversation' && conversation.turns.length).toBe(100_000);
  });
});

describe('what cannot be read', () => {
  it('is named by line and reason, and everything else is kept', async () => {
    const bad = Buffer.concat([
      Buffer.from(`\uFEFF${line({ id: 1, text: 'ok' })}`),
      Buffer.from('{"id": 2, "text": "trunc\n'),
      Buffer.from([0x7b, 0xff, 0xfe, 0x0a]),
      Buffer.from('[1,2]\r\n\r\n'),
      Buffer.from(line({ conversation_id: 'c', text: 'who says it?' })),
      Buffer.from(
        line({ conversation_id: 'c', role: 'customer', text: 'when?', time: '2031-02-31T00:00:00Z' }),
      ),
      Buffer.from(line({ conversation_id: 'c', role: 'martian', text: 'x' })),
      Buffer.from(line({ title: 'no id', text: 'x' })),
      Buffer.from(line({ id: 9 })),
      Buffer.from(`{"id": "long", "text": "${'x'.repeat(17 * 1024 * 1024)}"}\n`),
      Buffer.from(JSON.stringify({ id: 3, text: 'no newline at the end' })),
    ]);
    const items = await read('a.jsonl', bad);
    expect(items.filter(({ type }) => type === 'article')).toMatchObject([{ id: '1' }, { id: '3' }]);
    expect(problems(items)).toEqual([
      '2: not valid JSON',
      '3: not valid UTF-8',
      '4: not a JSON object',
      '6: message without a speaker',
      '7: impossible time',
      '8: speaker is neither customer nor agent (name the roles in a --map file)',
      '9: article without an id',
      '10: neither an article (no text) nor a message (no conversation id)',
      '11: record longer than 16 MB',
    ]);
  });

  it('keeps what a truncated gzip still holds', async () => {
    const rows = Array.from({ length: 2_000 }, (_, index) =>
      line({ id: index, text: `text ${Math.sin(index)}` }),
    ).join('');
    const whole = gzipSync(rows);
    const items = await read('a.jsonl.gz', whole.subarray(0, whole.length / 2));
    expect(items.filter(({ type }) => type === 'article').length).toBeGreaterThan(100);
    expect(problems(items).at(-1)).toMatch(/gzip/);
  });

  it('reads UTF-16 and old line ends', async () => {
    const utf16 = Buffer.from(
      `\uFEFF${line({ id: 1, text: 'ünï' })}${line({ id: 2, text: 'b' })}`,
      'utf16le',
    );
    expect(await read('a.jsonl', utf16)).toMatchObject([{ body: 'ünï' }, { id: '2' }]);
    expect(
      await read(
        'b.jsonl',
        `${JSON.stringify({ id: 1, text: 'a' })}\r${JSON.stringify({ id: 2, text: 'b' })}\r`,
      ),
    ).toHaveLength(2);
  });

  it('never fails on 250 malformed files', async () => {
    const names = [
      'a.md',
      'a.mdx',
      'a.html',
      'a.txt',
      'a.jsonl',
      'a.json',
      'a.csv',
      'a.tsv',
      'a.jsonl.gz',
      'a.csv.gz',
    ];
    const seed = Buffer.from(
      `---\ntitle: T\n---\n# H\n<table><td>{"id":1,"text":"x"}\n{"conversation_id":1,"turns":[{"role":"agent"}]}\nid,text\n1,"a\n`,
    );
    const mutation = fc.array(fc.tuple(fc.nat(seed.length), fc.uint8Array({ maxLength: 12 })), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        mutation,
        fc.nat(seed.length),
        async (name, changes, length) => {
          let bytes = seed.subarray(0, Math.max(1, length));
          for (const [at, inserted] of changes)
            bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
          const items = await read(
            `fuzz/${name}`,
            name.endsWith('.gz') && length % 2 ? gzipSync(bytes) : bytes,
          );
          for (const item of items) expect(item.origin.file).toBe(name);
        },
      ),
      { numRuns: 50 * effort },
    );
  });
});

describe('folders', () => {
  it('are walked in order, without links, hidden files, and files about the folder', async () => {
    for (const name of [
      'b.md',
      'a/z.md',
      'a/README.md',
      'README.md',
      'LICENSE.txt',
      '.hidden.md',
      'node_modules/x.md',
      'x.dat',
    ])
      await write(`f/${name}`, 'text');
    const folder = join(root.path, String(run), 'f');
    await symlink(folder, join(folder, 'loop'));
    const { files, passedOver } = await findFiles([folder]);
    expect(files.map(({ relativePath }) => relativePath)).toEqual(['a/README.md', 'a/z.md', 'b.md']);
    expect(passedOver).toEqual({ '.dat': 1 });
  });

  it('name their source', async () => {
    const file = await write('centre/articles.jsonl.gz', '');
    const other = await write('centre/more.csv', '');
    expect(await defaultSourceName([join(root.path, String(run), 'centre')])).toBe('centre');
    expect(await defaultSourceName([file])).toBe('centre/articles');
    expect(await defaultSourceName([file, other])).toBe('centre');
    expect(await defaultSourceName([file, root.path])).toBeUndefined();
  });

  it('that do not exist are refused', async () => {
    await expect(findFiles(['/no/such/folder'])).rejects.toMatchObject({ code: 'bad-input' });
    await expect(findFiles([await write('x.dat', '')])).rejects.toMatchObject({ code: 'bad-input' });
  });
});
