// What is private in a source and what becomes of it, from the files to the published documents.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usablePassages } from '#chat/decide/usable-passages.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { chunkDocument } from './chunk/chunk.ts';
import { runIngestJob } from './job.ts';
import type { SourceOptions } from './source-options.ts';
import { defaultInternalRules } from './source-settings.ts';
import { createFields } from './sources/field-map.ts';
import { findFiles } from './sources/find-files.ts';
import { readSource } from './sources/read-source.ts';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** The documents that are published, by id. */
async function publish(
  files: Readonly<Record<string, string>>,
  options: Pick<SourceOptions, 'redactArticles'> = {},
) {
  for (const [name, text] of Object.entries(files)) await folder.write(`in/${name}`, text);
  const found = await findFiles([`${folder.path}/in`]);
  await runIngestJob({
    dataDir: `${folder.path}/var`,
    openEmbedder: async () => createHashingEmbedder(),
    source: {
      name: 'help',
      items: readSource(found.files, createFields()),
      redactor: createDefaultRedactor(),
      internalRules: defaultInternalRules,
      transcriptsAudience: 'customer',
      ...options,
    },
  });
  const generation = await openCurrentGeneration(`${folder.path}/var`);
  return new Map(generation!.documents.map((document) => [document.id, document]));
}

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('a mail in a conversation', () => {
  const said = (role: string, body: string) => ({ ticket_id: 't1', role, body });

  it('says only what its sender wrote: what it quotes of the customer is not told as the agent’s', async () => {
    const documents = await publish({
      'tickets.jsonl': lines(
        said('customer', 'The lid of my kettle does not close.\n\nMara Velt'),
        said(
          'agent',
          'Hi Mara,\r\n\r\nlift the hinge, and press the lid until it clicks into place.\r\n\r\nBest regards,\r\nOle\r\n\r\nFrom: Mara Velt\r\nSent: Tuesday\r\nTo: Kaffa\r\nSubject: lid\r\n\r\nThe lid does not close and the spare key is under the third stone.',
        ),
        said(
          'agent',
          '<p>Clean the hinge with vinegar when it sticks.</p><blockquote>the neighbour at Elm Road has the key</blockquote>',
        ),
      ),
    });
    expect(documents.get('t1')?.pageContent).toBe(
      '## The lid of my kettle does not close.\n\nLift the hinge, and press the lid until it clicks into place.\n\nClean the hinge with vinegar when it sticks.',
    );
  });
});

describe('what was settled with one customer', () => {
  const said = (id: string, role: string, text: string) => ({ conversation_id: id, role, text });

  it('stays to be found, and of it only what holds for all can be answered from', async () => {
    const documents = await publish({
      'a.md': '# Lids\n\nThe lid of the Kaffa is made of glass.',
      'chats.jsonl': lines(
        said('c1', 'customer', 'The lid of my machine does not close'),
        said(
          'c1',
          'agent',
          'Press the lid down until it clicks. Marek in Zaragoza has a new one for you. The lid of the Kaffa can be washed by hand. I have refunded 20 euros.',
        ),
        said('c2', 'customer', 'Where is my parcel from last week please'),
        said('c2', 'agent', 'It is now in Zaragoza with the neighbour, he has the parcel in the garage.'),
        said('c3', 'customer', 'Hoe open ik het deksel van de machine?'),
        said('c3', 'agent', 'Druk het deksel naar beneden tot het klikt en draai het een kwart naar links.'),
      ),
    });
    expect(documents.get('c2')?.pageContent).toContain('Zaragoza');
    const shown = (id: string) =>
      usablePassages(
        chunkDocument(documents.get(id)!).map((chunk) => ({ chunk, score: 1, evidence: {} })),
      ).map(({ chunk }) => chunk.text);
    expect(shown('c1')).toEqual([
      'Press the lid down until it clicks.\n\nThe lid of the Kaffa can be washed by hand.',
    ]);
    expect(shown('c2')).toEqual([]);
    expect(shown('c3')).toEqual([]);
  });

  it('is not shown where it speaks of one case', async () => {
    const shown = async (reply: string) => {
      const chat = lines(
        said('c1', 'customer', 'How long does the rose on the lid last?'),
        said('c1', 'agent', reply),
      );
      return (await publish({ 'chats.jsonl': chat })).get('c1')?.metadata.quotable;
    };
    expect(await shown('Water the rose twice a week, and keep it in the shade.')).toHaveLength(1);
    expect(await shown('Water the rose twice a week until 3 May, and keep it in the shade.')).toBeUndefined();
  });
});

describe('an article', () => {
  const page =
    'Write to jo.bloggs@mail.example.\n\nSet `password=hunter22` and `curl -H "Authorization: Bearer abcdefghijklmnop1234"`.\n\n```\napi_key=sk-live-abcdefghijklmnop1234\n```\n\nThe pin is stuck, the code is printed on the lid, my password is hunter22.\n';
  const html =
    '<p>Call <code>api_key=sk-live-abcdefghijklmnop1234</code></p><pre>token: jo.bloggs@mail.example</pre><p>jo.bloggs@mail.example</p>';

  it('is published as it is', async () => {
    const documents = await publish({ 'a.md': page });
    expect(documents.get('a.md')?.pageContent).toContain('my password is hunter22');
    expect(documents.get('a.md')?.pageContent).not.toMatch(/\[[A-Z]+\]/);
  });

  it('keeps its code when it is redacted because someone asked for it', async () => {
    const documents = await publish({ 'a.md': page, 'b.html': html }, { redactArticles: true });
    const text = documents.get('a.md')!.pageContent;
    expect(text).toContain('Write to [EMAIL].');
    expect(text).toContain('password=hunter22 and curl -H "Authorization: Bearer abcdefghijklmnop1234"');
    expect(text).toContain('api_key=sk-live-abcdefghijklmnop1234');
    expect(text).toContain('The pin is stuck, the code is printed on the lid, my password is [SECRET]');
    expect(documents.get('b.html')!.pageContent).toBe(
      'Call api_key=sk-live-abcdefghijklmnop1234\n\n```\ntoken: jo.bloggs@mail.example\n```\n\n[EMAIL]',
    );
  });
});
