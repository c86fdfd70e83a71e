import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SectionQuestions } from '#core/section-questions.ts';
import { listGenerations } from '#knowledge/generations/generation-folder.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { settleQuestions, usedQuestions } from '#knowledge/questions/sections.ts';
import { sampleDocuments, sampleGeneration } from '#knowledge/testing/sample-generation.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { changeDocuments } from './published-documents.ts';

const embedder = createHashingEmbedder();
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'published-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const written = (documentId: string, ...questions: string[]): SectionQuestions => ({
  source: 'help',
  documentId,
  headingPath: ['Steps'],
  questions,
});
const covered = (text: string) => text.replace('ann@example.com', '***************');

async function publish(questions: readonly SectionQuestions[]): Promise<void> {
  const parts = await sampleGeneration(dataDir, sampleDocuments, embedder);
  const settled = settleQuestions(questions, parts.chunks);
  const questionVectors = await embedder.embedDocuments(usedQuestions(settled));
  await publishGeneration({ ...parts, questions: settled, questionVectors });
}

describe('written questions', () => {
  it('have an address covered, and a vector of what they say then', async () => {
    await publish([
      written('gone', 'who is it'),
      written('returns', 'does ann@example.com pay', 'is it free'),
    ]);
    const { covered: ids } = await changeDocuments({
      dataDir,
      rule: { keeps: () => true, covered },
      embed: (texts) => embedder.embedDocuments(texts),
    });
    expect(ids).toEqual(['returns']);
    using contents = (await openCurrentContents(dataDir))!;
    const texts = ['does *************** pay', 'is it free'];
    expect(usedQuestions(contents.questions)).toEqual(texts);
    expect([contents.questionVectorAt(0), contents.questionVectorAt(1)]).toEqual(
      await embedder.embedDocuments(texts),
    );
    // The generation with the address is gone.
    expect(await listGenerations(dataDir)).toHaveLength(1);
  });

  it('are not used any more when their article goes; those of others keep their vectors', async () => {
    await publish([written('returns', 'can it go back'), written('error-e4', 'why is it off', 'what is e4')]);
    await changeDocuments({ dataDir, rule: { keeps: ({ id }) => id !== 'returns' } });
    using contents = (await openCurrentContents(dataDir))!;
    expect(contents.questions.map(({ state }) => state)).toEqual(['unmatched', 'used']);
    expect(contents.questionVectorAt(1)).toEqual((await embedder.embedDocuments(['what is e4']))[0]);
  });
});
