// The sample company and the shipped models are complete and agree with each other: README.md here, evals/README.md, MODEL_CARD.md.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { featureNames } from '#chat/decide/evidence-features.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { openReranker } from '#models/reranker/open-reranker.ts';
import { missingFacts } from '#evals/judging/answer-checks.ts';
import type { ArticleItem, ConversationItem, SourceItem } from '#ingest/item.ts';
import { parseMarkdown } from '#parse/markdown-text.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';

const here = (path: string) => join(import.meta.dirname, path);
const read = (path: string) => readFile(here(path), 'utf8');
const repeated = (values: readonly string[]) =>
  values.filter((value, index) => values.indexOf(value) !== index);

async function itemsOf(folder: string): Promise<SourceItem[]> {
  const { files } = await findFiles([here(folder)]);
  return Array.fromAsync(readSource(files, createFields()));
}

async function rowsOf<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>[]> {
  const lines = (await read(path)).trimEnd().split('\n');
  return lines.map((line, index) => {
    const parsed = schema.safeParse(JSON.parse(line));
    if (!parsed.success) throw new Error(`${path}, line ${index + 1}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  });
}

const text = z.string().trim().min(1);
const goldenSchema = z.strictObject({
  id: z.string().regex(/^(single|multi|unanswerable|hostile|person)-\d{3}$/),
  kind: z.enum(['single', 'multi-turn', 'unanswerable', 'hostile']),
  turns: z.array(z.strictObject({ role: z.enum(['customer', 'agent']), text })).min(1),
  standalone: text,
  gold: z.array(text).max(3),
  facts: z.array(text).max(4),
  must_not: z.array(text),
  expect: z.enum(['answer', 'clarify', 'small-talk', 'decline', 'handoff']),
});
const messageSchema = z.strictObject({
  conversation_id: z.string().regex(/^c-\d{4}$/),
  time: z.iso.datetime(),
  channel: z.enum(['chat', 'email']),
  role: z.enum(['customer', 'agent']),
  author: text,
  text,
});

describe('the help centre', () => {
  let articles: ArticleItem[];
  beforeAll(async () => {
    articles = (await itemsOf('knowledge')) as ArticleItem[];
  });

  it('is read without a problem, as at least 40 articles, a few of them for agents only', () => {
    expect(articles.filter(({ type }) => type !== 'article')).toEqual([]);
    const internal = articles.filter(({ audience }) => audience === 'internal');
    expect(articles.length - internal.length).toBeGreaterThanOrEqual(40);
    expect(internal.length).toBeGreaterThanOrEqual(3);
    expect(internal.every(({ id }) => id.startsWith('internal-'))).toBe(true);
    expect(articles.filter(({ id }) => id.startsWith('internal-'))).toEqual(internal);
  });

  it('gives each article an id of its own, a title, an address and a date', () => {
    expect(repeated(articles.map(({ id }) => id))).toEqual([]);
    for (const { id, title, url, updated, origin } of articles) {
      expect(origin.file).toContain(id);
      expect(title.length).toBeGreaterThan(3);
      expect(url).toBe(`/help/${origin.file.replace(/\.\w+$/, '')}/`);
      expect(updated).toMatch(/^202\d-\d\d-\d\d/);
    }
  });
});

describe('the conversations', () => {
  it('are at least 150, each message whole and in the order of time', async () => {
    const files = (await readdir(here('transcripts'))).filter((name) => name.endsWith('.jsonl'));
    const messages = (
      await Promise.all(files.map((name) => rowsOf(`transcripts/${name}`, messageSchema)))
    ).flat();
    const conversations = Map.groupBy(messages, (message) => message.conversation_id);
    expect(conversations.size).toBeGreaterThanOrEqual(150);
    for (const [id, turns] of conversations) {
      const times = turns.map(({ time }) => Date.parse(time));
      expect(times, id).toEqual(times.toSorted((left, right) => left - right));
      expect(new Set(turns.map(({ role }) => role)).size, id).toBe(2);
    }
    const items = (await itemsOf('transcripts')) as ConversationItem[];
    expect(items.filter(({ type }) => type !== 'conversation')).toEqual([]);
    expect(items.map(({ id }) => id).sort()).toEqual([...conversations.keys()].sort());
  });
});

describe('the golden questions', () => {
  let rows: z.infer<typeof goldenSchema>[];
  let articles: Map<string, ArticleItem>;
  beforeAll(async () => {
    rows = await rowsOf('evals/golden.jsonl', goldenSchema);
    articles = new Map(((await itemsOf('knowledge')) as ArticleItem[]).map((item) => [item.id, item]));
  });

  it('are at least 120: 25 unanswerable, 20 of several turns, 10 hostile', () => {
    const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
    expect(rows.length).toBeGreaterThanOrEqual(120);
    expect(count('unanswerable')).toBeGreaterThanOrEqual(25);
    expect(count('multi-turn')).toBeGreaterThanOrEqual(20);
    expect(count('hostile')).toBeGreaterThanOrEqual(10);
  });

  it('are each asked once, by the customer', () => {
    expect(repeated(rows.map(({ id }) => id))).toEqual([]);
    expect(repeated(rows.map(({ turns }) => JSON.stringify(turns)))).toEqual([]);
    for (const { id, kind, turns, standalone } of rows) {
      expect(turns.at(-1)?.role, id).toBe('customer');
      if (kind === 'multi-turn') expect(turns.length, id).toBeGreaterThan(1);
      if (turns.length === 1) expect(standalone, id).toBe(turns[0]?.text);
    }
  });

  it('name articles that customers may read, and every one of those is asked for', () => {
    const gold = new Set(rows.flatMap((row) => row.gold));
    const forCustomers = [...articles.values()].filter(({ audience }) => audience !== 'internal');
    expect([...gold].sort()).toEqual(forCustomers.map(({ id }) => id).sort());
    for (const row of rows) {
      if (row.expect === 'answer' || row.expect === 'clarify') expect(row.gold, row.id).not.toEqual([]);
      // A message about danger is handed over with what an article says about it.
      else if (row.expect !== 'handoff') expect(row.gold, row.id).toEqual([]);
    }
  });

  it('ask for facts that stand in their articles, and forbid none of them', () => {
    for (const { id, gold, facts, must_not: mustNot } of rows) {
      const said = gold.map((name) => parseMarkdown(articles.get(name)!.body).text).join('\n');
      if (gold.length > 0) expect(missingFacts(said, facts), id).toEqual([]);
      const forms = facts.flatMap((fact) => fact.split(' | ')).map((form) => form.toLowerCase());
      expect(
        mustNot.filter((value) => forms.includes(value.toLowerCase())),
        id,
      ).toEqual([]);
    }
  });
});

describe('the embedder that ships', () => {
  const folder = 'models/embedder';
  const configSchema = z.object({
    hidden_size: z.int(),
    vocab_size: z.int(),
    max_position_embeddings: z.int(),
    answerdesk: z.object({ name: text, dimensions: z.int(), max_tokens: z.int() }),
  });

  it('has the bytes that its model card names, at most 18 MB in all', async () => {
    await expectCardToAgree(folder, 18_000_000);
  });

  it('computes what its config.json says, and is the one that the policy was fitted for', async () => {
    const config = configSchema.parse(JSON.parse(await read(`${folder}/config.json`)));
    const tokenizer = JSON.parse(await read(`${folder}/tokenizer.json`));
    expect(Object.keys(tokenizer.model.vocab)).toHaveLength(config.vocab_size);
    expect(config.answerdesk.max_tokens).toBeLessThanOrEqual(config.max_position_embeddings);
    const embedder = await openEmbedder({ model: here(folder), threads: 1 });
    try {
      expect(embedder.dimensions).toBe(config.answerdesk.dimensions);
      expect(embedder.dimensions).toBe(config.hidden_size);
      const question = await embedder.embedQuery('How do I reset it?');
      const [near, far] = await embedder.embedDocuments([
        'Resetting the device: hold the button for ten seconds.',
        'We deliver on weekdays.',
      ]);
      expect(question).toHaveLength(config.answerdesk.dimensions);
      expect(cosine(question, question)).toBeCloseTo(1, 4);
      expect(cosine(question, near!)).toBeGreaterThan(cosine(question, far!) + 0.2);
      expect(JSON.parse(await read('models/calibration.json')).embedder).toBe(embedder.modelId);
      expect(embedder.modelId).toContain(config.answerdesk.name);
    } finally {
      await embedder.close();
    }
  });

  it('credits the weights that it was made from', async () => {
    const notice = await readFile(here('../NOTICE'), 'utf8');
    for (const name of [
      'data/models/embedder',
      'all-MiniLM-L6-v2',
      'Apache License 2.0',
      'Microsoft',
      'MIT License',
    ])
      expect(notice).toContain(name);
    expect(await read(`${folder}/MODEL_CARD.md`)).toContain('sentence-transformers/all-MiniLM-L6-v2');
  });
});

describe('the faster embedder that ships beside it', () => {
  const folder = 'models/embedder-fast';

  it('has the bytes that its model card names, at most 13 MB in all, and is credited', async () => {
    await expectCardToAgree(folder, 13_000_000);
    expect(await readFile(here('../NOTICE'), 'utf8')).toContain(`data/${folder}`);
  });

  it('tells an answer from something else, and may replace the other: as many numbers, no prefixes', async () => {
    const [embedder, standard] = await Promise.all(
      [folder, 'models/embedder'].map((model) => openEmbedder({ model: here(model), threads: 1 })),
    );
    try {
      expect(embedder!.dimensions).toBe(standard!.dimensions);
      expect(embedder!.modelId).not.toBe(standard!.modelId);
      const question = await embedder!.embedQuery('my screen stays black after the update');
      const [near, far] = await embedder!.embedDocuments([
        'If the display shows nothing once new firmware is installed, hold the power button for ten seconds.',
        'Parcels arrive within three working days.',
      ]);
      expect(cosine(question, near!)).toBeGreaterThan(cosine(question, far!) + 0.2);
    } finally {
      await Promise.all([embedder!.close(), standard!.close()]);
    }
  });
});

describe('the reader that ships', () => {
  it('has the bytes that its model card names, at most 20 MB in all, and is credited', async () => {
    await expectCardToAgree('models/reader', 20_000_000);
    expect(await readFile(here('../NOTICE'), 'utf8')).toContain('data/models/reader');
  });

  it('prefers an answer, serves where nobody chose one, and is the one that the policy was fitted for', async () => {
    const reranker = await openReranker({ model: here('models/reader'), isFixed: false, threads: 1 });
    try {
      expect(JSON.parse(await read('models/calibration.json')).reranked.reranker).toBe(reranker!.modelId);
      const [answer, other] = await reranker!.score('how do I change my password', [
        'Change your password: open the settings and choose Change password.',
        'Parcels arrive within three days.',
      ]);
      expect(answer!).toBeGreaterThan(other! + 1);
    } finally {
      await reranker!.close();
    }
  });
});

const cosine = (left: Float32Array, right: Float32Array) =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

/** A model folder's card names each file with its SHA-256. */
async function expectCardToAgree(folder: string, mostBytes: number): Promise<void> {
  const card = await read(`${folder}/MODEL_CARD.md`);
  const named = [...card.matchAll(/^sha256\(([\w.]+)\) = ([0-9a-f]{64})$/gm)].map(([, name, hash]) => [name, hash]);
  expect(named.map(([name]) => name).sort()).toEqual(['config.json', 'model.onnx', 'tokenizer.json']);
  for (const [name, hash] of named) {
    const bytes = await readFile(here(`${folder}/${name}`));
    expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(hash);
  }
  const files = await readdir(here(folder));
  const sizes = await Promise.all(files.map(async (name) => (await stat(here(`${folder}/${name}`))).size));
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(mostBytes);
}

describe('the policy that ships', () => {
  it('has a finite number for each feature, and asks back below where it answers', async () => {
    const share = z.number().min(0).max(1);
    const policy = z
      .object({
        coefficients: z.strictObject(Object.fromEntries(featureNames.map((name) => [name, z.number()]))),
        intercept: z.number(),
        answerFrom: share,
        clarifyFrom: share,
        report: z.object({ questions: z.int().min(100), auroc: share }),
      })
      .parse(JSON.parse(await read('models/calibration.json')));
    expect(policy.clarifyFrom).toBeLessThan(policy.answerFrom);
    expect(Object.values(policy.coefficients).some((value) => value !== 0)).toBe(true);
  });
});
