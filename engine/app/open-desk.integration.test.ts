import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnowledgeBase } from '#core/retriever.ts';
import { publishSample, sampleDocument } from '#knowledge/testing/sample-generation.ts';
import { openOnnxEmbedder } from '#models/embedder/onnx-embedder.ts';
import { writeTinyModel } from '#models/testing/tiny-model.ts';
import { writeTinyReranker } from '#models/testing/tiny-reranker.ts';
import { loadConfig } from './config.ts';
import { openDesk } from './open-desk.ts';
import { openKnowledge } from './open-knowledge.ts';

let folder: string;
const models = () => ({ embedder: join(folder, 'embedder'), reranker: join(folder, 'reranker') });

async function publish(documents: Record<string, string>): Promise<void> {
  const embedder = await openOnnxEmbedder(models().embedder);
  await publishSample(
    join(folder, 'data'),
    Object.entries(documents).map(([id, text]) => sampleDocument(id, text)),
    embedder,
  );
  await embedder.close();
}
const configOf = (reranker?: string) =>
  loadConfig({
    ANSWERDESK_DATA_DIR: join(folder, 'data'),
    ANSWERDESK_EMBEDDER: models().embedder,
    ANSWERDESK_EMBEDDER_THREADS: '1',
    ...(reranker === undefined ? {} : { ANSWERDESK_RERANKER: reranker }),
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deps-'));
  await writeTinyModel(models().embedder);
  await writeTinyReranker(models().reranker, { brokenWord: 'blue' });
  await publish({ rose: 'red', wine: 'red red red', grass: 'green' });
});
afterAll(() => rm(folder, { recursive: true }));

describe('the knowledge that everything asks', () => {
  it('is ranked again by the reranker that is configured, and shows both stages', async () => {
    await using knowledge = await openKnowledge(configOf(models().reranker));
    const found = await knowledge.current().retrieve('green', { k: 2 });
    expect(found.map(({ chunk, evidence }) => [chunk.documentId, evidence.rerank !== undefined])).toEqual([
      ['grass', true],
      expect.anything(),
    ]);
    const stages = knowledge.current().stages!;
    expect(Object.keys(stages)).toEqual(['hybrid', 'reranked']);
    expect((await stages.hybrid!.retrieve('green'))[0]!.evidence).not.toHaveProperty('rerank');
    expect(await stages.reranked!.retrieve('green', { k: 2 })).toEqual(found);
    expect(knowledge.current()).toBe(knowledge.current());
  });

  it('stays ranked again when a new generation is swapped in', async () => {
    await using knowledge = await openKnowledge(configOf(models().reranker));
    const swapped: KnowledgeBase[] = [];
    knowledge.onSwap((knowledgeBase) => swapped.push(knowledgeBase));
    await publish({ rose: 'red', grass: 'green green' });
    await knowledge.refresh();
    expect(swapped).toEqual([knowledge.current()]);
    expect((await swapped[0]!.retrieve('green'))[0]!.evidence).toHaveProperty('rerank');
  });

  it('is what both searches make of it where no reranker is wanted', async () => {
    await using knowledge = await openKnowledge(configOf('off'));
    expect(knowledge.reranker).toBeUndefined();
    expect(knowledge.current().stages).toBeUndefined();
    expect((await knowledge.current().retrieve('green'))[0]!.chunk.documentId).toBe('grass');
  });

  it('does not open with a reranker that is none', async () => {
    await expect(openKnowledge(configOf(models().embedder))).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('is found all the same when the reranker fails, which the metrics of the desk count', async () => {
    await publish({ sky: 'blue', grass: 'green' });
    await using desk = await openDesk(configOf(models().reranker), pino({ level: 'silent' }));
    const found = await desk.knowledge.current().retrieve('blue');
    expect(found[0]!.chunk.documentId).toBe('sky');
    expect(found[0]!.evidence).not.toHaveProperty('rerank');
    const metrics = await desk.metrics.registry.metrics();
    expect(metrics).toMatch(/answerdesk_reranks_total\{outcome="failed"\} 1\n/);
  });
});
