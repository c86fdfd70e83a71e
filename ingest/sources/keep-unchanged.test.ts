import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { removeSource } from '../job.ts';
import { type NamedSource, runSource } from '../run-source.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../testing/source-folder.ts';
import { createFields } from './field-map.ts';
import { openSource } from './open-source.ts';
import { openSourceMemory } from './source-memory.ts';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = join(folder.path, 'var');
});
afterEach(() => folder[Symbol.asyncDispose]());

const settings: NamedSource['settings'] = {};
const source = (own = settings): NamedSource => ({
  name: 'help/centre',
  spec: { type: 'files', paths: [join(folder.path, 'in')] },
  settings: own,
});
async function run(own?: NamedSource['settings'], into = dataDir) {
  const notes: string[] = [];
  const summary = await runSource(source(own), {
    dataDir: into,
    openEmbedder: async () => createHashingEmbedder(),
    onNote: (line) => notes.push(line),
  });
  return { ...summary, notes };
}
const published = async (from = dataDir) => {
  const { documents = [], chunks = [] } = (await openCurrentGeneration(from)) ?? {};
  return { documents, chunks };
};
/** What the next run would read, and what it would keep. */
async function nextRun(own = settings) {
  const { name, spec } = source();
  const memory = await openSourceMemory({ dataDir, name, settings: own });
  const { documents } = await published();
  memory.bind(documents.filter(({ metadata }) => metadata.source === name));
  const { items } = await openSource(spec, { fields: createFields(), memory });
  const all = await Array.fromAsync(items);
  return {
    kept: all.filter(({ type }) => type === 'kept').length,
    read: all.filter(({ type }) => type !== 'kept').length,
  };
}
const write = (name: string, text: string) => folder.write(`in/${name}`, text);
const talk = (id: string, reply: string) =>
  `${JSON.stringify({
    id,
    turns: [
      { role: 'customer', text: `The valve of ${id} stays cold and shows an error` },
      { role: 'agent', text: reply },
    ],
  })}\n`;

describe('a source that is read again', () => {
  it('reads only the files that have changed', async () => {
    for (const name of ['a', 'b', 'c']) await write(`${name}.md`, `The text of ${name}.`);
    await run();
    expect(await nextRun()).toEqual({ kept: 3, read: 0 });
    await write('b.md', 'Another text.');
    await rm(join(folder.path, 'in/c.md'));
    expect(await nextRun()).toEqual({ kept: 1, read: 1 });
    expect(await run()).toMatchObject({
      documents: { added: 0, changed: 1, removed: 1, unchanged: 1 },
      counts: { articles: 2 },
    });
    expect((await published()).documents.map(({ pageContent }) => pageContent)).toEqual([
      'The text of a.',
      'Another text.',
    ]);
  });

  it('reads everything with other settings, after a rollback, and when its memory is damaged', async () => {
    await write('a.md', 'Ask jane.doe@x.example.');
    await run();
    expect(await nextRun({ redactArticles: true })).toEqual({ kept: 0, read: 1 });
    await write('a.md', 'Ask joe@x.example.');
    await run();
    await rollbackGeneration(dataDir);
    expect(await nextRun()).toEqual({ kept: 0, read: 1 });
    await run();
    const [own] = await readdir(join(dataDir, 'sources'));
    const file = join(dataDir, 'sources', own!, 'memory.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('a.md', 'b.md'));
    expect((await run()).notes).toEqual([
      expect.stringMatching(/memory\.jsonl is damaged/),
      expect.stringMatching(/^Ingesting 1 file/),
    ]);
    expect((await run({ redactArticles: true })).notes).toHaveLength(1);
    expect((await published()).documents[0]?.pageContent).toBe('Ask [EMAIL].');
  });

  it('forgets nothing that a failed run has read, and everything when it is taken out', async () => {
    await write('a.md', 'One.');
    await run();
    await write('b.md', 'Two.');
    const failing = runSource(source(), {
      dataDir,
      openEmbedder: async () => ({
        ...createHashingEmbedder(),
        embedDocuments: () => Promise.reject(new Error('no power')),
      }),
    });
    await expect(failing).rejects.toThrow('no power');
    expect(await nextRun()).toEqual({ kept: 1, read: 1 });
    await folder.write('other/x.md', 'Other.');
    await runSource(
      { name: 'other', spec: { type: 'files', paths: [join(folder.path, 'other')] }, settings },
      { dataDir, openEmbedder: async () => createHashingEmbedder() },
    );
    // Another source's run leaves it true.
    expect(await nextRun()).toEqual({ kept: 1, read: 1 });
    await removeSource({ dataDir, name: 'help/centre' });
    expect(await readdir(join(dataDir, 'sources'))).toHaveLength(1);
  });

  it('reports again what cannot be read, and brings a duplicate in when the first of it goes', async () => {
    await write('a.md', 'The same text.');
    await write('b.md', '---\ntitle: A\n---\nThe same text.');
    await write('c.md', '---\n: [\n---\nNot to be read.');
    expect((await run()).counts).toMatchObject({ articles: 1, duplicates: 1, quarantined: 1 });
    expect((await run()).counts).toMatchObject({ articles: 1, duplicates: 1, quarantined: 1 });
    await write('a.md', 'Another text.');
    expect((await run()).counts).toMatchObject({ articles: 2, duplicates: 0, quarantined: 1 });
  });

  it('closes a kept conversation to customers when an article for agents alone says the same', async () => {
    await write('t.jsonl', talk('t1', 'The valve opens when you turn it to XK-4711 and wait.'));
    await run();
    expect((await published()).documents[0]?.metadata.audience).toBe('customer');
    expect(await nextRun()).toEqual({ kept: 1, read: 0 });
    await folder.write('other/x.md', '---\naudience: internal\n---\nThe code is XK-4711.');
    await runSource(
      { name: 'other', spec: { type: 'files', paths: [join(folder.path, 'other')] }, settings },
      { dataDir, openEmbedder: async () => createHashingEmbedder() },
    );
    await run();
    const { documents, chunks } = await published();
    expect(documents.find(({ id }) => id === 't1')?.metadata.audience).toBe('internal');
    expect(chunks.find(({ documentId }) => documentId === 't1')?.audience).toBe('internal');
  });

  it('does not read the data folder that lies in it', async () => {
    await write('a.md', 'A text.');
    const inside = join(folder.path, 'in/data');
    await run(undefined, inside);
    await appendFile(join(folder.path, 'in/a.md'), 'More.');
    expect((await run(undefined, inside)).counts).toMatchObject({ articles: 1, quarantined: 0 });
  });
});

describe('whatever has changed in between', () => {
  const text = fc.constantFrom(
    'Open the valve.',
    'Close the valve.',
    'Call XK-4711.',
    '',
    '---\n: [\n---\nx',
  );
  const file = fc.record({
    name: fc.constantFrom('a.md', 'b.md', 'agents/c.md', 'r.jsonl', 's.jsonl'),
    text,
    id: fc.constantFrom('a.md', 'x', 'y'),
    kind: fc.constantFrom('article', 'internal', 'talk'),
    gone: fc.boolean(),
  });
  const content = ({
    name,
    text: said,
    id,
    kind,
  }: {
    name: string;
    text: string;
    id: string;
    kind: string;
  }) => {
    if (!name.endsWith('.jsonl'))
      return kind === 'internal' && !said.startsWith('---') ? `---\naudience: internal\n---\n${said}` : said;
    if (kind === 'talk')
      return talk(`talk-${id}`, said) + talk('talk-z', 'Turn it to the left until it clicks.');
    const audience = kind === 'internal' ? { audience: 'internal' } : {};
    const other = { id: `${id}2`, text: 'Two of one file.' };
    return [{ id, title: id, text: said, ...audience }, other]
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('');
  };

  it('a run publishes what a first run would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(file, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 }),
        async (rounds) => {
          await rm(join(folder.path, 'in'), { recursive: true, force: true });
          await rm(dataDir, { recursive: true, force: true });
          await write('z.md', 'It is always there.');
          for (const edits of rounds) {
            for (const edit of edits) {
              if (edit.gone) await rm(join(folder.path, 'in', edit.name), { force: true });
              else await write(edit.name, content(edit));
            }
            await run();
          }
          const fresh = join(folder.path, 'fresh');
          await rm(fresh, { recursive: true, force: true });
          await run(undefined, fresh);
          expect(await published()).toEqual(await published(fresh));
        },
      ),
      { numRuns: 8 * effort },
    );
  });
});
