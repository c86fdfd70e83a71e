// Written questions from the file to the search: ingested by the real job, asked through the knowledge base that a server opens.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generationFolder, readCurrentId } from '#knowledge/generations/generation-folder.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { rollbackGeneration } from '#knowledge/generations/generation-writer.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { sectionHash } from '#knowledge/questions/sections.ts';
import { createHashingEmbedder, type HashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { type IngestJob, type JobSummary, removeSource, runIngestJob } from '../job.ts';
import { buildCandidate, publishCandidate } from '../publish/candidate.ts';
import { defaultInternalRules } from '../source-settings.ts';
import { createFields } from '../sources/field-map.ts';
import { findFiles } from '../sources/find-files.ts';
import { readSource } from '../sources/read-source.ts';
import { describeJob } from '../summary.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../testing/source-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
let embedder: HashingEmbedder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = join(folder.path, 'var');
  embedder = createHashingEmbedder({ dimensions: 256 });
  for (const word of ['kettle', 'parcel', 'invoice'])
    await folder.write(`help/${word}.md`, `---\ntitle: ${word}\n---\nAll about the ${word}.\n`);
  await folder.write(
    'help/valve.md',
    '---\ntitle: Valve\n---\nTurn it on.\n\n## Which batteries?\n\nTwo AA cells, alkaline.\n',
  );
});
afterEach(() => folder[Symbol.asyncDispose]());

async function ingest(
  path = 'help',
  {
    name = path,
    ...options
  }: Partial<IngestJob> & { readonly name?: string; readonly idPrefix?: string } = {},
): Promise<JobSummary> {
  const { files } = await findFiles([join(folder.path, path)]);
  const { idPrefix, ...job } = options;
  return runIngestJob({
    dataDir,
    openEmbedder: async () => embedder,
    source: {
      name,
      idPrefix,
      items: readSource(files, createFields()),
      redactor: createDefaultRedactor(),
      internalRules: defaultInternalRules,
      transcriptsAudience: 'customer',
    },
    ...job,
  });
}

const line = (fields: object) => `${JSON.stringify(fields)}\n`;
const batteries = {
  article: 'valve.md',
  heading: ['Which batteries?'],
  questions: ['is the kettle gadget on'],
};
const writeQuestions = (...lines: object[]) =>
  folder.write('help/a.questions.jsonl', lines.map(line).join(''));

async function search(query: string, audiences: readonly ('customer' | 'internal')[] = ['customer']) {
  const store = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
  try {
    return await store.current().retrieve(query, { filter: { audiences } });
  } finally {
    await store.close();
  }
}
/** Nothing of the section is in the question: it is far behind, unless a written question finds it. */
const isFound = async () => {
  const found = await search('is the kettle gadget on');
  return found.find(({ chunk }) => chunk.headingPath.includes('Which batteries?'))!.score > 0.25;
};

describe('written questions', () => {
  it('find the section that they were written for, in words that it does not have', async () => {
    await ingest();
    expect(await isFound()).toBe(false);
    await writeQuestions(batteries);
    const summary = await ingest();
    expect(summary).toMatchObject({
      published: true,
      questions: { used: 1, sections: 1, changed: [], unmatched: [] },
    });
    expect(embedder.documentsEmbedded).toBe(6);
    expect(describeJob(summary)).toContain('Questions  1 for 1 sections in use\n');
    expect(await isFound()).toBe(true);
    // What the decision to answer rests on is the passage's own.
    const found = await search('is the kettle gadget on');
    const section = found.find(({ chunk }) => chunk.headingPath.includes('Which batteries?'));
    expect(section!.evidence.cosine).toBeLessThan(0.5);
    expect((await ingest()).published).toBe(false);
    expect(embedder.documentsEmbedded).toBe(6);
  });

  it('say where their answers stand, for as long as the section has these words', async () => {
    const answered = {
      ...batteries,
      questions: [{ question: 'is the kettle gadget on', answer: ['two AA cells', 'a word it has not'] }],
    };
    await writeQuestions(answered);
    const { quarantineFile } = await ingest();
    expect(await readFile(quarantineFile!, 'utf8')).toContain(
      'used, but not all of the answer to its question 1 (counted from 1)',
    );
    const answersOf = async () => {
      const found = await search('is the kettle gadget on');
      const { chunk, answers } = found.find(({ chunk: { headingPath } }) =>
        headingPath.includes('Which batteries?'),
      )!;
      return answers?.map(({ cosine, ranges }) => ({
        cosine,
        quoted: ranges.map(({ start, end }) => chunk.text.slice(start, end)),
      }));
    };
    expect(await answersOf()).toEqual([{ cosine: expect.closeTo(1), quoted: ['Two AA cells'] }]);
    await folder.write(
      'help/valve.md',
      '---\ntitle: Valve\n---\nTurn it on.\n\n## Which batteries?\n\nIt has none.\n',
    );
    await ingest();
    expect(await answersOf()).toBeUndefined();
  });

  it('leave all results as they were to the last digit when they are gone again', async () => {
    await ingest();
    const before = await search('is the parcel here');
    await writeQuestions(batteries);
    await ingest();
    expect(await search('is the parcel here')).not.toEqual(before);
    await rm(join(folder.path, 'help/a.questions.jsonl'));
    await ingest();
    expect(await search('is the parcel here')).toEqual(before);
    expect((await openCurrentContents(dataDir))!.questions).toEqual([]);
  });

  it('name what matches nothing and what has changed, in the summary and in the quarantine, and use the rest', async () => {
    await writeQuestions(
      { ...batteries, of: sectionHash('Two AA cells, alkaline.') },
      { ...batteries, heading: ['Wheels'] },
      { ...batteries, article: 'gone.md' },
      { article: 'kettle.md', questions: ['cup of tea'], of: sectionHash('Something else.') },
      { nothing: 'known' },
    );
    const summary = await ingest();
    expect(summary).toMatchObject({
      counts: { quarantined: 1 },
      questions: {
        used: 1,
        sections: 1,
        changed: ['kettle.md'],
        unmatched: ['valve.md > Wheels', 'gone.md > Which batteries?'],
      },
    });
    expect(describeJob(summary)).toMatch(
      /1 for 1 sections in use, 1 sections changed, 2 sections not found\n.*drafted again: kettle\.md\n.*: valve\.md > Wheels; gone\.md > Which batteries\?\n/,
    );
    const noted = (await readFile(summary.quarantineFile!, 'utf8'))
      .trim()
      .split('\n')
      .map((entry) => JSON.parse(entry));
    expect(noted).toEqual([
      { file: 'a.questions.jsonl', line: 5, reason: expect.stringContaining('article: write the id') },
      {
        file: 'a.questions.jsonl',
        line: 2,
        reason: expect.stringContaining('no section below these headings'),
      },
      { file: 'a.questions.jsonl', line: 3, reason: expect.stringContaining('there is no such article') },
      {
        file: 'a.questions.jsonl',
        line: 4,
        reason: expect.stringContaining(`write "of": "${sectionHash('All about the kettle.')}"`),
      },
    ]);
  });

  it('are not used from when their section changes until they are looked at', async () => {
    const of = sectionHash('Two AA cells, alkaline.');
    await writeQuestions({ ...batteries, of });
    await ingest();
    await folder.write(
      'help/valve.md',
      '---\ntitle: Valve\n---\nTurn it on.\n\n## Which batteries?\n\nOne coin cell.\n',
    );
    expect((await ingest()).questions).toMatchObject({ used: 0, changed: ['valve.md > Which batteries?'] });
    expect(await isFound()).toBe(false);
    await writeQuestions({ ...batteries, of: sectionHash('One coin cell.') });
    expect((await ingest()).questions).toMatchObject({ used: 1, changed: [] });
    expect(await isFound()).toBe(true);
  });

  it('keep to the filter: what they are for is found by nobody who may not read it', async () => {
    await folder.write(
      'help/agents.md',
      '---\ntitle: Agents\naudience: internal\n---\nThe code is in the safe.\n',
    );
    await writeQuestions({ article: 'agents.md', questions: ['what opens the gate'] });
    await ingest();
    const texts = async (audience: 'customer' | 'internal') =>
      (await search('what opens the gate', [audience])).map(({ chunk }) => chunk.text);
    expect(await texts('internal')).toEqual(['The code is in the safe.']);
    expect(await texts('customer')).not.toContain('The code is in the safe.');
  });

  it('of a source of their own are for articles of another one, and stay when that is ingested again', async () => {
    await folder.write('asked/a.questions.jsonl', line(batteries));
    await ingest();
    expect((await ingest('asked')).questions).toMatchObject({ used: 1 });
    await folder.write('help/more.md', '---\ntitle: More\n---\nMore of it.\n');
    expect(await ingest()).toMatchObject({ questions: { used: 1 } });
    expect(embedder.documentsEmbedded).toBe(7);
    expect(await isFound()).toBe(true);
    await removeSource({ dataDir, name: 'asked' });
    expect(await isFound()).toBe(false);
  });

  it('go with the articles that they are for, and come back with them', async () => {
    await folder.write('asked/a.questions.jsonl', line(batteries));
    await folder.write('asked/other.md', '---\ntitle: Other\n---\nAnother article.\n');
    await ingest();
    await ingest('asked');
    await removeSource({ dataDir, name: 'help' });
    expect((await openCurrentContents(dataDir))!.questions).toMatchObject([
      { state: 'unmatched', passages: [] },
    ]);
    expect((await ingest()).questions).toMatchObject({ used: 1, unmatched: [] });
  });

  it('name articles as the source names them, whatever is put before their ids', async () => {
    await writeQuestions(batteries);
    expect((await ingest('help', { idPrefix: 'acme/' })).questions).toMatchObject({ used: 1, unmatched: [] });
  });

  it('are counted and not embedded in a dry run', async () => {
    await ingest();
    await writeQuestions(batteries);
    expect(await ingest('help', { dryRun: true })).toMatchObject({
      published: false,
      questions: { used: 1 },
    });
    expect(embedder.documentsEmbedded).toBe(5);
  });

  it('are embedded anew by another model, once, and go back with a rollback', async () => {
    await ingest();
    await writeQuestions(batteries);
    await ingest();
    const other = createHashingEmbedder({ dimensions: 256, modelId: 'hashing@2' });
    await using candidate = await buildCandidate(dataDir, other);
    await publishCandidate(dataDir, candidate);
    expect(other.documentsEmbedded).toBe(6);
    using contents = (await openCurrentContents(dataDir))!;
    expect(contents.questionVectorAt(0)).toEqual((await other.embedDocuments(batteries.questions))[0]);
    await rollbackGeneration(dataDir);
    expect(await isFound()).toBe(true);
    await rollbackGeneration(dataDir);
    expect(await isFound()).toBe(false);
  });

  it('are searched by a graph where the passages are', async () => {
    await writeQuestions(batteries);
    await ingest('help', { graph: true });
    const exactly = await search('is the kettle gadget on');
    const store = await openKnowledgeBase({ dataDir, embedder, graph: true, pollIntervalMs: 0 });
    const found = await store.current().retrieve('is the kettle gadget on');
    await store.close();
    expect(found.map(({ chunk }) => chunk.id)).toEqual(exactly.map(({ chunk }) => chunk.id));
  });

  it('refuse to serve when a byte of them is another one', async () => {
    await writeQuestions(batteries);
    await ingest();
    const path = join(generationFolder(dataDir, (await readCurrentId(dataDir))!), 'question-vectors.bin');
    const bytes = await readFile(path);
    bytes[7]! ^= 1;
    await writeFile(path, bytes);
    await expect(openCurrentContents(dataDir)).rejects.toMatchObject({ code: 'knowledge-base-damaged' });
    const store = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
    expect(() => store.current()).toThrow(/damaged/);
    await store.close();
  });
});
