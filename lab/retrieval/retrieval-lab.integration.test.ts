import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine, succeed } from '#cli/testing/run-command.ts';
import { chunkContext } from '#core/document.ts';
import { type EvalCase, parseCases } from '#evals/cases/eval-case.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import { sampleChunks, sampleDocument } from '#knowledge/testing/sample-generation.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { compareRankers, describeRows } from './compare-rankers.ts';
import { followUpRankers, type LabKnowledge, partRankers } from './rankers.ts';

const documents = [
  sampleDocument('android-geofencing', 'Turn on geofencing on Android in the app.'),
  sampleDocument('iphone-geofencing', 'Turn on geofencing on iPhone in the app.'),
  sampleDocument('iphone-widget', 'The widget on iPhone shows the temperature.'),
  sampleDocument('parcel', 'A parcel with a crushed corner comes back to the shop.'),
];
const followUp = {
  id: 'follow-up',
  turns: [
    { role: 'customer', text: 'How do I turn on geofencing on Android?' },
    { role: 'agent', text: 'In the app.' },
    { role: 'customer', text: 'and on iPhone?' },
  ],
  standalone: 'How do I turn on geofencing on iPhone?',
  gold: ['iphone-geofencing'],
};
const single = {
  id: 'single',
  turns: [{ role: 'customer', text: 'crushed parcel' }],
  standalone: 'crushed parcel',
  gold: ['parcel'],
};
const caseOf = (row: typeof followUp | typeof single): EvalCase => parseCases(JSON.stringify(row)).cases[0]!;

let folder: string;
let knowledge: LabKnowledge;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-lab-'));
  const embedder = createHashingEmbedder();
  const chunks = documents.flatMap(sampleChunks);
  await publishGeneration({
    dataDir: folder,
    documents,
    chunks,
    vectors: await embedder.embedDocuments(chunks.map(chunkContext)),
    modelId: embedder.modelId,
    dimensions: embedder.dimensions,
  });
  const generation = (await openCurrentGeneration(folder))!;
  knowledge = { generation, embedder, served: createHybridRetriever({ ...generation, embedder }) };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the retrieval lab', () => {
  it('measures the parts on the complete question, each against the whole', async () => {
    const rows = await compareRankers(partRankers(knowledge), [caseOf(single), caseOf(followUp)]);
    expect(rows[0]).toMatchObject({ name: 'hybrid', recall5: { value: 1, n: 2 }, ndcg10: { value: 1 } });
    expect(rows[0]?.difference).toBeUndefined();
    expect(rows.length).toBeGreaterThan(4);
    for (const { difference } of rows.slice(1)) expect(difference).toMatchObject({ n: 2 });
  });

  it('measures ways to search for a follow-up, and a chat model’s way where there is one', async () => {
    const asked: number[] = [];
    const rankers = followUpRankers({
      ...knowledge,
      rewriteQuestion: async (turns) => {
        asked.push(turns.length);
        return 'crushed corner parcel shop';
      },
    });
    const rows = await compareRankers(rankers, [caseOf(followUp)]);
    const scoreOf = (name: string) => rows.find((row) => row.name === name)?.ndcg10.value;
    expect(scoreOf('rewritten by a person')).toBe(1);
    expect(scoreOf('last turn with its context')).toBe(1);
    expect(scoreOf('rewritten by the chat model')).toBeLessThan(1);
    expect(asked).toEqual([3]);
    expect(followUpRankers(knowledge).map(({ name }) => name)).not.toContain('rewritten by the chat model');
  });

  it('searches as the desk would when the chat model fails', async () => {
    const [served, ...others] = followUpRankers({
      ...knowledge,
      rewriteQuestion: () => Promise.reject(new Error('gone')),
    });
    const rewritten = others.find(({ name }) => name === 'rewritten by the chat model')!;
    expect(await rewritten.rank(caseOf(followUp))).toEqual(await served!.rank(caseOf(followUp)));
  });

  it('shows a table that Markdown can hold', async () => {
    const rows = await compareRankers(followUpRankers(knowledge), [caseOf(followUp)]);
    const lines = describeRows('follow-ups', rows).split('\n');
    expect(lines[0]).toMatch(/^\| follow-ups, N = 1 +\| recall@5 +\| nDCG@10 +\| difference +\|$/);
    expect(lines).toHaveLength(rows.length + 2);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});

describe('npm run lab', () => {
  const lab = (...args: string[]) =>
    runCommandLine('lab/retrieval/main.ts', args, { ANSWERDESK_DATA_DIR: join(folder, 'var') });

  it('asks a knowledge base made with the embedder that ships', async () => {
    const articles = join(folder, 'articles.jsonl');
    const cases = join(folder, 'cases.jsonl');
    await writeFile(
      articles,
      documents
        .map(({ id, pageContent }) => JSON.stringify({ id, title: id, text: pageContent.repeat(2) }))
        .join('\n'),
    );
    await writeFile(cases, [single, followUp].map((row) => JSON.stringify(row)).join('\n'));
    await succeed(
      runCommandLine('cli/main.ts', ['ingest', articles, '--source', 'lab'], {
        ANSWERDESK_DATA_DIR: join(folder, 'var'),
      }),
    );
    const { stdout, stderr } = await succeed(lab(cases, '--json'));
    expect(stderr).toContain('cases.jsonl: follow-ups, N = 1');
    expect(JSON.parse(stdout)).toMatchObject([{ set: cases, followUps: { length: 6 } }]);
    expect(JSON.parse(stdout)[0].parts[0]).toMatchObject({ name: 'hybrid', ndcg10: { n: 2 } });
  });

  it('says what is missing, with exit code 2', async () => {
    expect(await lab()).toMatchObject({ code: 2, stderr: expect.stringContaining('CASES is missing') });
    expect(await lab(join(folder, 'none.jsonl'))).toMatchObject({ code: 2 });
  });
});
