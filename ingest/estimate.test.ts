import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { describeEstimate, estimateRun } from './estimate.ts';
import { runSource } from './run-source.ts';
import { createTemporaryFolder } from './testing/source-folder.ts';

it('says what a run would take, writes nothing, and counts only what is new', async () => {
  await using folder = await createTemporaryFolder();
  const dataDir = join(folder.path, 'var');
  const embedder = createHashingEmbedder();
  const source = {
    name: 'a',
    spec: { type: 'files' as const, paths: [join(folder.path, 'a')] },
    settings: {},
  };
  const options = { dataDir, openEmbedder: async () => embedder };
  for (let article = 0; article < 300; article += 1)
    await folder.write(`a/${article}.md`, `The text of article ${article}.`);
  const first = await estimateRun(source, options);
  expect(first).toMatchObject({ source: 'a', documents: 300, passages: 300, toEmbed: 300 });
  expect(first.embeddingSpeed).toBeGreaterThan(0);
  expect(await readdir(folder.path)).toEqual(['a']);
  // A sample, and a few to warm up.
  expect(embedder.documentsEmbedded).toBe(256 + 8);
  await runSource(source, options);
  await folder.write('a/0.md', 'Another text.');
  const again = await estimateRun(source, options);
  expect(again).toMatchObject({ passages: 300, toEmbed: 1 });
  expect(describeEstimate({ ...again, seconds: 9_000, memoryMb: 1_234 })).toMatch(
    /300 in all, 1 to embed, at .* a second\n.*about 2\.5 h\n.*1,234 MB[\s\S]*Nothing was written/,
  );
});
