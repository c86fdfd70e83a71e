import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
import { createHashingEmbedder, type HashingEmbedder } from '#models/testing/hashing-embedder.ts';
import type { Redactor } from '#redact/redact.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { writeStamp } from './embed/embedder-stamp.ts';
import type { SourceItem } from './item.ts';
import { type IngestJob, removeSource, runIngestJob } from './job.ts';
import { lockJob } from './job-lock.ts';
import { defaultInternalRules } from './source-settings.ts';
import { createFields } from './sources/field-map.ts';
import { findFiles } from './sources/find-files.ts';
import { readSource } from './sources/read-source.ts';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
let embedder: HashingEmbedder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = join(folder.path, 'var');
  embedder = createHashingEmbedder();
});
afterEach(() => folder[Symbol.asyncDispose]());

type JobOptions = Pick<
  IngestJob,
  'acceptModelChange' | 'acceptRemovals' | 'dryRun' | 'onlyIfEmpty' | 'signal' | 'onProgress'
>;
interface Options extends Partial<JobOptions> {
  readonly name?: string;
  readonly idPrefix?: string;
  readonly model?: Embedder;
  readonly transcriptsAudience?: 'customer' | 'internal';
  readonly redactArticles?: boolean;
  readonly redactor?: Redactor;
  /** Instead of what the files hold. */
  readonly items?: AsyncIterable<SourceItem>;
}

async function ingest(
  path: string,
  {
    name = 'help',
    idPrefix,
    model = embedder,
    transcriptsAudience = 'customer',
    redactArticles = false,
    redactor = createDefaultRedactor(),
    items,
    ...options
  }: Options = {},
) {
  const { files } = items ? { files: [] } : await findFiles([join(folder.path, path)]);
  return runIngestJob({
    dataDir,
    openEmbedder: async () => model,
    source: {
      name,
      idPrefix,
      items: items ?? readSource(files, createFields()),
      redactor,
      redactArticles,
      internalRules: defaultInternalRules,
      transcriptsAudience,
    },
    ...options,
  });
}

const article = (name: string, text: string, facts = '') =>
  folder.write(`in/${name}.md`, `---\ntitle: ${name}\n${facts}---\n${text}\n`);

describe('runIngestJob', () => {
  it('keeps what is published when a source has lost more than half of its documents, unless that is meant', async () => {
    const write = (articles: number) =>
      folder.write(
        'in/a.jsonl',
        Array.from({ length: articles }, (_, index) => `{"id":"a${index}","text":"Text ${index}."}\n`).join(
          '',
        ),
      );
    await write(60);
    await ingest('in');
    await write(30);
    expect(await ingest('in')).toMatchObject({ documents: { removed: 30, unchanged: 30 } });
    await write(9);
    await expect(ingest('in')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/had 30 documents and now has 9\..*--accept-removals/),
    });
    expect(await ingest('in', { dryRun: true })).toMatchObject({ documents: { removed: 21 } });
    expect(await ingest('in', { acceptRemovals: true })).toMatchObject({ documents: { removed: 21 } });
  });

  it('embeds again only what was on its way when the run before was cut off', async () => {
    const articles = 1_000;
    const line = (index: number) =>
      `${JSON.stringify({ id: `a${index}`, title: `A${index}`, text: `Text ${index} of many.` })}\n`;
    await folder.write('in/a.jsonl', Array.from({ length: articles }, (_, index) => line(index)).join(''));
    let requests = 0;
    const failing: Embedder = {
      ...embedder,
      async embedDocuments(texts) {
        if (++requests > 5) throw new Error('the power went');
        return embedder.embedDocuments(texts);
      },
    };
    await expect(ingest('in', { model: failing })).rejects.toThrow('the power went');
    // Another source takes nothing of it away.
    await folder.write('two/b.md', 'Another source.');
    await ingest('two', { name: 'two' });
    const done = embedder.documentsEmbedded - 1;
    expect(done).toBe(5 * 128);
    const { chunks } = await ingest('in');
    expect(chunks).toMatchObject({ embedded: articles - done, reused: done + 1 });
    const { vectors } = (await openCurrentGeneration(dataDir))!;
    await ingest('in', { model: createHashingEmbedder() });
    expect((await openCurrentGeneration(dataDir))!.vectors.values).toEqual(vectors.values);
    const left = await readdir(join(dataDir, 'sources'), { recursive: true });
    expect(left.filter((name) => name.endsWith('.vectors'))).toEqual([]);
  });

  it('publishes documents with what a citation needs, internal ones marked', async () => {
    await article(
      'pay',
      'Pay by card or by bank transfer.',
      'url: https://x.example/pay\nupdated: 2026-01-02\n',
    );
    await article('agents', 'Never tell the master code.', 'audience: internal\n');
    await folder.write(
      'in/more.jsonl',
      `${JSON.stringify({ id: 'x', title: 'Internal: fraud', text: 'Look at the score first.' })}\n`,
    );
    const summary = await ingest('in');
    expect(summary).toMatchObject({
      published: true,
      documents: { added: 3, changed: 0, removed: 0, unchanged: 0 },
      counts: { articles: 3, internal: 2 },
    });
    const generation = await openCurrentGeneration(dataDir);
    const audiences = generation?.chunks.map(({ documentId, audience }) => [documentId, audience]) ?? [];
    expect(Object.fromEntries(audiences)).toEqual({
      'agents.md': 'internal',
      x: 'internal',
      'pay.md': 'customer',
    });
    expect(generation?.documents.find(({ id }) => id === 'pay.md')?.metadata).toMatchObject({
      url: 'https://x.example/pay',
      updated: '2026-01-02',
      source: 'help',
    });
  });

  const personal = {
    id: 't',
    title: 'For jane.doe@x.example',
    text: 'Card 4111 1111 1111 1111, IBAN DE89370400440532013000.',
  };

  it('publishes articles as they were written', async () => {
    const text = 'When the radiator’s pin is stuck—and it isn’t [free] to move—call jane.doe@x.example.';
    await folder.write('in/t.jsonl', `${JSON.stringify({ id: 't', title: 'The pin is bent-ish', text })}\n`);
    expect((await ingest('in')).counts?.redactions).toEqual({});
    const [document] = (await openCurrentGeneration(dataDir))?.documents ?? [];
    expect([document?.metadata.title, document?.pageContent]).toEqual(['The pin is bent-ish', text]);
  });

  it('stores nothing personal of articles, not even in titles, when that is asked for', async () => {
    await article('a', 'Ask jane.doe@x.example.', '');
    await folder.write('in/t.jsonl', `${JSON.stringify(personal)}\n`);
    const summary = await ingest('in', { redactArticles: true });
    expect(summary.counts?.redactions).toEqual({ email: 2, card: 1, iban: 1 });
    await expectNothingOfJane(summary.generation!.id);
  });

  it('stores nothing personal of conversations, without being asked', async () => {
    const turns = [
      { role: 'customer', text: `My valve stays cold, says ${personal.title}` },
      {
        role: 'agent',
        text: `Take the valve off and press the pin ten times, then refit it. ${personal.text}`,
      },
    ];
    await folder.write('in/t.jsonl', `${JSON.stringify({ id: 't', turns })}\n`);
    const summary = await ingest('in');
    expect(summary.counts?.redactions).toEqual({ email: 1, card: 1, iban: 1 });
    await expectNothingOfJane(summary.generation!.id);
  });

  async function expectNothingOfJane(generation: string): Promise<void> {
    const index = join(dataDir, 'index', generation);
    for (const file of await readdir(index))
      expect(await readFile(join(index, file), 'latin1')).not.toMatch(/jane\.doe|4111 ?1111|DE8937/);
  }

  it('embeds one document when one was edited, and nothing when nothing was', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await article(name, `The text of ${name} is about ${name}.`);
    await ingest('in');
    expect(embedder.documentsEmbedded).toBe(4);
    expect(await ingest('in')).toMatchObject({
      published: false,
      documents: { unchanged: 4 },
      chunks: { embedded: 0 },
    });
    await article('b', 'The text of b is another one.');
    expect(await ingest('in')).toMatchObject({
      published: true,
      documents: { added: 0, changed: 1, removed: 0, unchanged: 3 },
    });
    expect(embedder.documentsEmbedded).toBe(5);
  });

  it('replaces a source and leaves the others as they are', async () => {
    await article('a', 'First text of all.');
    await folder.write('two/b.md', 'Second text of all.');
    await ingest('in');
    await ingest('two', { name: 'other' });
    await folder.write('three/c.md', 'Third text of all.');
    expect(await ingest('three')).toMatchObject({ documents: { added: 1, removed: 1 } });
    const generation = await openCurrentGeneration(dataDir);
    expect(generation?.documents.map(({ id }) => id).sort()).toEqual(['b.md', 'c.md']);
    expect(embedder.documentsEmbedded).toBe(3);
    await removeSource({ dataDir, name: 'other' });
    expect((await openCurrentGeneration(dataDir))?.documents.map(({ id }) => id)).toEqual(['c.md']);
    await expect(removeSource({ dataDir, name: 'help' })).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('embeds what other sources hold again when the model is another one and that is accepted', async () => {
    await article('a', 'First text of all.');
    await folder.write('two/b.md', 'Second text of all.');
    await ingest('in');
    const model = createHashingEmbedder({ modelId: 'hashing@2' });
    await expect(ingest('two', { name: 'other', model })).rejects.toMatchObject({
      code: 'knowledge-base-mismatch',
    });
    expect(model.documentsEmbedded).toBe(0);
    await ingest('two', { name: 'other', model, acceptModelChange: true });
    expect(model.documentsEmbedded).toBe(2);
    expect((await openCurrentGeneration(dataDir))?.info).toMatchObject({
      modelId: 'hashing@2',
      documents: 2,
    });
  });

  it('refuses ids that another source has, unless they are told apart', async () => {
    await article('a', 'First text of all.');
    await folder.write('two/a.md', 'Second text of all.');
    await ingest('in');
    await expect(ingest('two', { name: 'other' })).rejects.toThrow(/--id-prefix "other\/"/);
    await ingest('two', { name: 'other', idPrefix: 'other/' });
    expect((await openCurrentGeneration(dataDir))?.documents.map(({ id }) => id)).toEqual([
      'a.md',
      'other/a.md',
    ]);
  });

  it('keeps the first of two documents with one id, and one of two with the same text', async () => {
    await folder.write(
      'in/a.jsonl',
      ['one', 'two', 'one']
        .map(
          (text, index) =>
            `${JSON.stringify({ id: index < 2 ? 'x' : 'y', title: 'T', text: `This is text ${text}.` })}\n`,
        )
        .join(''),
    );
    const summary = await ingest('in');
    expect(summary.counts).toMatchObject({ articles: 1, duplicates: 1, quarantined: 1 });
    expect(JSON.parse(await readFile(summary.quarantineFile!, 'utf8'))).toEqual({
      file: 'a.jsonl',
      line: 2,
      reason: 'id used before (a.jsonl line 1); the first is kept',
    });
  });

  it('turns conversations into agents’ answers, for customers or for agents only', async () => {
    const row = (role: string, text: string) => `${JSON.stringify({ conversation_id: 'c', role, text })}\n`;
    await folder.write(
      'in/t.jsonl',
      row('customer', 'The valve shows E5 and stays cold') +
        row('agent', 'Take the valve off and press the pin ten times, then refit it.'),
    );
    await ingest('in', { transcriptsAudience: 'internal' });
    const generation = await openCurrentGeneration(dataDir);
    expect(generation?.chunks).toMatchObject([
      {
        documentId: 'c',
        kind: 'transcript',
        audience: 'internal',
        headingPath: ['The valve shows E5 and stays cold'],
      },
    ]);
    expect(generation?.chunks[0]?.text).not.toContain('E5');
  });

  it('keeps conversations from customers that repeat what only agents-only articles say', async () => {
    await article('agents', 'The goodwill limit is £37.50.', 'audience: internal\n');
    const turns = (reply: string) => [
      { role: 'customer', text: 'My parcel is late again' },
      { role: 'agent', text: reply },
    ];
    await folder.write(
      'two/t.jsonl',
      [
        'Between us, the limit is £37.50 for a late parcel in winter.',
        'A parcel can be up to three days late in winter, please wait.',
      ]
        .map((reply, index) => `${JSON.stringify({ id: `t${index}`, turns: turns(reply) })}\n`)
        .join(''),
    );
    await ingest('in');
    expect((await ingest('two', { name: 'talks' })).counts).toMatchObject({
      internal: 1,
      withInternalFacts: 1,
    });
    const documents = (await openCurrentGeneration(dataDir))?.documents ?? [];
    expect(documents.find(({ id }) => id === 't0')?.metadata.audience).toBe('internal');
    expect(documents.find(({ id }) => id === 't1')?.metadata.audience).toBe('customer');
  });

  it('counts in a dry run and neither embeds nor writes', async () => {
    await article('a', 'First text of all.');
    expect(await ingest('in', { dryRun: true })).toMatchObject({
      published: false,
      documents: { added: 1 },
      chunks: { total: 1, embedded: 1 },
    });
    expect(embedder.documentsEmbedded).toBe(0);
    await expect(readdir(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('fails when nothing is usable, and leaves the knowledge base as it was', async () => {
    await article('a', 'First text of all.');
    await ingest('in');
    await folder.write('bad/a.jsonl', 'nonsense\n');
    await expect(ingest('bad')).rejects.toThrow(/Nothing usable.*1 could not be read/);
    expect((await openCurrentGeneration(dataDir))?.info.documents).toBe(1);
  });

  it('is refused at once while another runs', async () => {
    await article('a', 'First text of all.');
    {
      using _other = lockJob(dataDir);
      await expect(ingest('in')).rejects.toMatchObject({ code: 'job-locked' });
    }
    await expect(ingest('in')).resolves.toMatchObject({ published: true });
  });

  it('stops when aborted, and leaves the knowledge base as it was', async () => {
    for (let index = 0; index < 300; index += 1) await article(`a${index}`, `Text number ${index}.`);
    const stop = new AbortController();
    const slow: Embedder = {
      ...createHashingEmbedder(),
      embedDocuments: async () => {
        stop.abort(new DOMException('stopped', 'AbortError'));
        stop.signal.throwIfAborted();
        return [];
      },
    };
    await expect(ingest('in', { model: slow, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await openCurrentGeneration(dataDir)).toBeUndefined();
  });

  describe('stops when aborted although nothing it does waits for anything', () => {
    const total = 4_000;
    const turns = [
      {
        role: 'customer' as const,
        text: 'Order 123456789 of jane.doe@x.example, phone (202) 555-0143, is late.',
      },
      { role: 'agent' as const, text: 'Sorry to hear that. One moment please, let me check.' },
    ];

    it('while it reads', async () => {
      const stop = new AbortController();
      let read = 0;
      async function* items(): AsyncGenerator<SourceItem> {
        setTimeout(() => stop.abort(), 0);
        for (; read < total; read += 1) {
          const body = `# Number ${read}\n\nPress the **button** for ten seconds.`;
          yield {
            type: 'article',
            id: `a${read}`,
            title: 'T',
            body,
            format: 'markdown',
            origin: { file: 'a.jsonl' },
          };
        }
      }
      await expect(ingest('', { items: items(), signal: stop.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(read).toBeLessThan(total);
    });

    it('while it redacts conversations', async () => {
      const stop = new AbortController();
      const redactor = createDefaultRedactor();
      let redacted = 0;
      async function* items(): AsyncGenerator<SourceItem> {
        for (let read = 0; read < total; read += 1)
          yield { type: 'conversation', id: `c${read}`, turns, origin: { file: 'c.jsonl' } };
      }
      const counting: Redactor = {
        ...redactor,
        findings(text, kind) {
          if (redacted === 0) setTimeout(() => stop.abort(), 0);
          redacted += 1;
          return redactor.findings(text, kind);
        },
      };
      await expect(
        ingest('', { items: items(), redactor: counting, signal: stop.signal }),
      ).rejects.toMatchObject({ name: 'AbortError' });
      expect(redacted).toBeLessThan(total);
    });

    it('while it looks for what all conversations have in common', async () => {
      const stop = new AbortController();
      async function* items(): AsyncGenerator<SourceItem> {
        for (let read = 0; read < total; read += 1)
          yield { type: 'conversation', id: `c${read}`, turns, origin: { file: 'c.jsonl' } };
        setTimeout(() => stop.abort(), 0);
      }
      await expect(ingest('', { items: items(), signal: stop.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
    });
  });

  it('embeds while it still reads', async () => {
    const rows = Array.from(
      { length: 3_000 },
      (_, index) =>
        `${JSON.stringify({ id: index, title: `T${index}`, text: `Number ${index} of many.` })}\n`,
    );
    await folder.write('in/a.jsonl', rows.join(''));
    const stages: string[] = [];
    await ingest('in', {
      onProgress: ({ stage, embedded, chunks }) =>
        stages.push(embedded > 0 && chunks < 3_000 ? 'overlap' : stage),
    });
    expect(stages).toContain('overlap');
    expect(stages.at(-1)).toBe('publishing');
  });
});

describe('a data folder that lost something', () => {
  const pointerFile = () => join(dataDir, 'index', 'CURRENT');

  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await article(name, `The text of ${name} is about ${name}.`);
    await folder.write('sample/s.md', 'Nothing but an example.');
  });

  it('is not published over when CURRENT is damaged at any byte, empty or gone', async () => {
    await ingest('in');
    const intact = await readFile(pointerFile());
    const damages = [
      ...Array.from(intact, (_byte, at) => async () => {
        const flipped = Buffer.from(intact);
        flipped[at]! ^= 1 << (at % 8);
        await writeFile(pointerFile(), flipped);
      }),
      () => writeFile(pointerFile(), ''),
      () => rm(pointerFile()),
    ];
    for (const damage of damages) {
      await damage();
      await expect(ingest('sample', { name: 'other' })).rejects.toMatchObject({
        code: 'knowledge-base-damaged',
        message: expect.stringContaining('rollback --to gen-000001'),
      });
    }
    await rollbackGeneration(dataDir, { to: 'gen-000001' });
    expect((await ingest('sample', { name: 'other' })).generation?.documents).toBe(4);
  });

  const publishTwice = async () => {
    await ingest('in');
    await article('a', 'Another text of a.');
    await ingest('in');
  };
  it.each<[string, () => Promise<unknown>]>([
    ['that is damaged at CURRENT', () => publishTwice().then(() => writeFile(pointerFile(), 'gen-000007\n'))],
    ['with generations and no CURRENT', () => publishTwice().then(() => rm(pointerFile()))],
    ['that was rolled back', () => publishTwice().then(() => rollbackGeneration(dataDir))],
    [
      'from which a source was removed',
      async () => {
        await ingest('in');
        await ingest('sample', { name: 'sample' });
        await removeSource({ dataDir, name: 'sample' });
      },
    ],
    [
      'whose index is gone, conversations not',
      async () => {
        await mkdir(dataDir);
        await writeFile(join(dataDir, 'conversations.db'), 'who said what');
      },
    ],
    [
      'whose index is gone, the stamp of its embedder not',
      async () => {
        await mkdir(dataDir);
        await writeStamp(dataDir, 'openai:test', 'openai:test');
      },
    ],
  ])('gets nothing by --if-empty: one %s', async (_what, prepare) => {
    await prepare();
    const before = await readdir(dataDir, { recursive: true });
    await expect(ingest('sample', { name: 'sample', onlyIfEmpty: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^knowledge-base|^bad-input/),
    });
    const after = await readdir(dataDir, { recursive: true });
    expect(after.filter((name) => !name.startsWith('ingest.'))).toEqual(
      before.filter((name) => !name.startsWith('ingest.')),
    );
  });

  it('is told from one that is new', async () => {
    const summary = await ingest('sample', { name: 'sample', onlyIfEmpty: true });
    expect(summary).toMatchObject({ published: true, documents: { added: 1 } });
  });
});

it('a damaged lock is named, and nothing runs without one', async () => {
  await article('a', 'First text of all.');
  await folder.write('var/ingest.lock', 'x'.repeat(4_096));
  await expect(ingest('in')).rejects.toMatchObject({
    code: 'job-locked',
    message: expect.stringMatching(/ingest\.lock is damaged.*remove that file/),
  });
});
