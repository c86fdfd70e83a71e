import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenant } from '#core/tenant.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { publishSample, sampleDocument } from '#knowledge/testing/sample-generation.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { madeModelId, makeDesk } from './make-desk.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'answerdesk-made-desk-'));
  const talk = '## My valve is cold\nCustomer: it is cold.\nAgent: Take it off and refit it.';
  await publishSample(
    join(folder, 'sample'),
    [
      sampleDocument('returns', 'You can return any device within 30 days.'),
      sampleDocument('talk', talk, { kind: 'transcript' }),
    ],
    createHashingEmbedder(),
  );
  await makeDesk(join(folder, 'sample'), join(folder, 'made'), 9);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a data folder made of the sample company', () => {
  it('has half of the conversations ingested, each in other words, and every chunk where its text stands', async () => {
    using made = (await openCurrentContents(join(folder, 'made')))!;
    expect(made.info.modelId).toBe(madeModelId);
    const talks = made.documents.filter(({ metadata }) => metadata.kind === 'transcript');
    expect(made.documents).toHaveLength(1 + 4);
    expect(new Set(talks.map(({ pageContent }) => pageContent)).size).toBe(4);
    const textOf = new Map(made.documents.map(({ id, pageContent }) => [id, pageContent]));
    for (const { documentId, start, end, text } of made.chunks)
      expect(textOf.get(documentId)!.slice(start, end)).toBe(text);
  });

  it('has the other half as conversations of its own, answered or declined', async () => {
    const store = openSqliteConversationStore(join(folder, 'made', 'conversations.db'));
    try {
      const keys = await store.newest(defaultTenant, 20);
      const talks = await Promise.all(keys.map((key) => store.get(key)));
      expect(talks).toHaveLength(5);
      const decisions = talks.map((talk) => talk?.messages.at(-1)?.decision);
      expect(new Set(decisions)).toEqual(new Set(['answer', 'decline']));
    } finally {
      await store.close();
    }
  });
});
