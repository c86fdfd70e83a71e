import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { type KnowledgeBaseStore, openKnowledgeBase } from './knowledge-base.ts';
import { publishSample, sampleDocument, sampleDocuments } from './testing/sample-generation.ts';

const embedder = createHashingEmbedder();
let dataDir: string;
let store: KnowledgeBaseStore | undefined;
let log: { level: string; message: string; fields: object }[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'knowledge-'));
  log = [];
});
afterEach(async () => {
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const logger = {
  info: (fields: object, message: string) => log.push({ level: 'info', message, fields }),
  error: (fields: object, message: string) => log.push({ level: 'error', message, fields }),
};
const errors = () => log.filter(({ level }) => level === 'error');

async function open(
  options: { pollIntervalMs?: number; modelId?: string } = {},
): Promise<KnowledgeBaseStore> {
  const { pollIntervalMs = 0, modelId } = options;
  const used = modelId === undefined ? embedder : createHashingEmbedder({ modelId });
  store = await openKnowledgeBase({ dataDir, embedder: used, logger, pollIntervalMs });
  return store;
}

const damage = (id: string) => appendFile(join(dataDir, 'index', id, 'chunks.jsonl'), 'x');
const thrownBy = (opened: KnowledgeBaseStore) => {
  try {
    opened.current();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('expected current() to throw');
};

describe('the knowledge base', () => {
  it('answers from what was published', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const knowledgeBase = (await open()).current();
    expect((await knowledgeBase.retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');
    expect(await knowledgeBase.document('returns')).toEqual(sampleDocuments[2]);
    expect(await knowledgeBase.document('none')).toBeUndefined();
    expect(knowledgeBase.generation).toMatchObject({ id: 'gen-000001', documents: 4, chunks: 7 });
  });

  it('says what to run while nothing is published, and serves as soon as something is', async () => {
    const opened = await open({ pollIntervalMs: 10 });
    expect(thrownBy(opened)).toMatchObject({
      code: 'knowledge-base-missing',
      message: expect.stringContaining('answerdesk ingest'),
    });
    await publishSample(dataDir, sampleDocuments, embedder);
    await expect.poll(() => opened.current().generation.id).toBe('gen-000001');
  });

  it('refuses one built with another model, naming both and what to run', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const error = thrownBy(await open({ modelId: 'other@2' }));
    expect(error.code).toBe('knowledge-base-mismatch');
    for (const part of ['hashing@1', 'other@2', 'answerdesk ingest ']) expect(error.message).toContain(part);
  });

  it('swaps to a new generation and tells who listens', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const opened = await open();
    const before = opened.current();
    const seen: string[] = [];
    const stop = opened.onSwap(({ generation }) => seen.push(generation.id));
    await publishSample(dataDir, sampleDocuments.slice(1), embedder);
    await opened.refresh();
    expect(opened.current().generation).toMatchObject({ id: 'gen-000002', documents: 3 });
    // Who still holds the old one is answered from the new one: the old one's memory is free.
    expect(await before.document('reset-password')).toBeUndefined();
    expect((await before.retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');
    stop();
    await publishSample(dataDir, sampleDocuments, embedder);
    await opened.refresh();
    expect(seen).toEqual(['gen-000002']);
  });

  it('loads again after the thread that searches died, and answers what comes then', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const threads: Worker[] = [];
    const watch = (thread: Worker) => threads.push(thread);
    process.on('worker', watch);
    const opened = await open();
    process.off('worker', watch);
    expect(threads).toHaveLength(1);
    await threads[0]!.terminate();
    await expect.poll(errors).toHaveLength(1);
    expect(thrownBy(opened).code).toBe('internal');
    await opened.refresh();
    expect((await opened.current().retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');
  });

  it.skipIf(process.platform === 'win32')(
    'goes on answering while a new generation comes from a disk that hangs, and after it failed',
    async () => {
      await publishSample(dataDir, sampleDocuments, embedder);
      const opened = await open();
      await publishSample(dataDir, sampleDocuments.slice(1), embedder);
      // Opening a pipe waits until somebody writes, and a pipe cannot be read like a file then.
      const hanging = join(dataDir, 'index', 'gen-000002', 'documents.jsonl');
      await rm(hanging);
      execFileSync('mkfifo', [hanging]);
      const refreshing = opened.refresh();
      const isStillReading = () => Promise.race([refreshing.then(() => false), Promise.resolve(true)]);
      for (let asked = 0; asked < 20; asked++)
        expect((await opened.current().retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');
      expect(await isStillReading()).toBe(true);
      await writeFile(hanging, '').catch(() => {});
      await refreshing;
      expect(opened.current().generation.id).toBe('gen-000001');
      expect((await opened.current().retrieve('error e4'))[0]?.chunk.documentId).toBe('error-e4');
      expect(errors()).toHaveLength(1);
    },
  );

  it('answers every question while generations are swapped under it', async () => {
    const round = (number: number) =>
      sampleDocuments.map(({ id }) => sampleDocument(id, `Round ${number} of ${id}.`));
    await publishSample(dataDir, round(0), embedder);
    const opened = await open({ pollIntervalMs: 1 });
    let asked = 0;
    let publishing = true;
    const ask = async () => {
      while (publishing) {
        const knowledgeBase = opened.current();
        const found = await knowledgeBase.retrieve('round of returns', { k: 4 });
        const rounds = new Set(found.map(({ chunk }) => chunk.text.split(' ')[1]));
        expect([found.length, rounds.size]).toEqual([4, 1]);
        asked++;
        await new Promise(setImmediate);
      }
    };
    const asking = [ask(), ask(), ask()];
    for (let number = 1; number <= 8; number++) await publishSample(dataDir, round(number), embedder);
    await expect.poll(() => opened.current().generation.id).toBe('gen-000009');
    publishing = false;
    await Promise.all(asking);
    expect(asked).toBeGreaterThan(5);
    expect(errors()).toEqual([]);
  });

  it('keeps answering from the old generation when the new one is damaged or of another model, and says so once', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const opened = await open();
    await publishSample(dataDir, sampleDocuments, embedder);
    await damage('gen-000002');
    for (let look = 0; look < 3; look++) await opened.refresh();
    expect(opened.current().generation.id).toBe('gen-000001');
    expect(errors()).toHaveLength(1);
    await publishSample(dataDir, sampleDocuments, createHashingEmbedder({ modelId: 'other@2' }));
    await opened.refresh();
    expect(opened.current().generation.id).toBe('gen-000001');
    expect(errors()).toHaveLength(2);
    await publishSample(dataDir, sampleDocuments, embedder);
    await opened.refresh();
    expect(opened.current().generation.id).toBe('gen-000004');
  });

  it('starts on the newest intact generation when the current one is damaged, and logs it', async () => {
    for (let round = 0; round < 3; round++) await publishSample(dataDir, sampleDocuments, embedder);
    await damage('gen-000003');
    await damage('gen-000002');
    expect((await open()).current().generation.id).toBe('gen-000001');
    expect(errors().length).toBeGreaterThan(0);
  });

  it.each([
    ['missing', async (path: string) => rm(path)],
    ['empty', async (path: string) => writeFile(path, '')],
    ['garbage', async (path: string) => writeFile(path, '../../etc/passwd')],
    ['naming a generation that is gone', async (path: string) => writeFile(path, 'gen-000099\n')],
  ])('starts on the newest generation when CURRENT is %s', async (_what, spoil) => {
    for (let round = 0; round < 2; round++) await publishSample(dataDir, sampleDocuments, embedder);
    await spoil(join(dataDir, 'index', 'CURRENT'));
    expect((await open()).current().generation.id).toBe('gen-000002');
    expect(errors().length).toBeGreaterThan(0);
  });

  it('says that it is damaged when no generation is intact, and recovers with the next one', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    await damage('gen-000001');
    const opened = await open();
    expect(thrownBy(opened).code).toBe('knowledge-base-damaged');
    await publishSample(dataDir, sampleDocuments, embedder);
    await opened.refresh();
    expect(opened.current().generation.id).toBe('gen-000002');
  });

  it('answers no more after it was closed', async () => {
    await publishSample(dataDir, sampleDocuments, embedder);
    const opened = await open();
    await opened.close();
    expect(thrownBy(opened).code).toBe('shutting-down');
  });
});
