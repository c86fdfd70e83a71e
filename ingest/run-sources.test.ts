import { appendFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { describeHistory, readRuns } from './history.ts';
import { lockJob } from './job-lock.ts';
import { runSources } from './run-sources.ts';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = join(folder.path, 'var');
});
afterEach(() => folder[Symbol.asyncDispose]());

const sources = (...names: string[]) =>
  names.map((name) => ({
    name,
    spec: { type: 'files' as const, paths: [join(folder.path, name)] },
    settings: {},
  }));
const run = (...names: string[]) =>
  Array.fromAsync(
    runSources(sources(...names), { dataDir, openEmbedder: async () => createHashingEmbedder() }),
  );
const documents = async () => (await openCurrentGeneration(dataDir))?.documents.map(({ id }) => id);

describe('several sources', () => {
  it('go on without the one that fails, which keeps its last good state and is new to be told once', async () => {
    for (const name of ['a', 'b', 'c']) await folder.write(`${name}/${name}.md`, `Of ${name}.`);
    await run('a', 'b', 'c');
    await rm(join(folder.path, 'b'), { recursive: true });
    await folder.write('c/d.md', 'More.');
    const first = await run('a', 'b', 'c');
    expect(first).toMatchObject([
      { source: 'a', summary: { published: false } },
      { source: 'b', error: { code: 'bad-input' }, isNew: true },
      { source: 'c', summary: { published: true } },
    ]);
    expect((await documents())?.sort()).toEqual(['a.md', 'b.md', 'c.md', 'd.md']);
    const [again] = await run('b');
    expect(again).toMatchObject({
      isNew: false,
      since: (await readRuns(dataDir)).find(({ error }) => error)?.at,
    });
    await folder.write('b/b.md', 'Back.');
    await run('b');
    await rm(join(folder.path, 'b'), { recursive: true });
    expect(await run('b')).toMatchObject([{ isNew: true }]);
  });

  it('leave a history of what came of each run', async () => {
    await folder.write('a/a.md', 'Of a.');
    await folder.write('a/b.md', '---\n: [\n---\nx');
    await run('a', 'gone');
    await run('a');
    expect(await readRuns(dataDir)).toMatchObject([
      {
        source: 'a',
        result: 'published',
        generation: 'gen-000001',
        documents: { added: 1 },
        passages: { embedded: 1 },
        quarantined: 1,
      },
      { source: 'gone', result: 'failed', error: expect.stringContaining('no such file') },
      { source: 'a', result: 'unchanged' },
    ]);
    expect(describeHistory(await readRuns(dataDir))).toMatch(
      /a {5}gen-000001: 1 added.*, 1 could not be read[\s\S]*gone {2}failed: [\s\S]*unchanged \(gen-000001\)/,
    );
    // Cut by a full disk.
    await appendFile(join(dataDir, 'ingest-history.jsonl'), '{"at":"20');
    expect(await readRuns(dataDir)).toHaveLength(3);
  });

  it('keep the history short', async () => {
    await folder.write('a/a.md', 'Of a.');
    const path = join(dataDir, 'ingest-history.jsonl');
    const line = `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', source: 'a', result: 'unchanged', seconds: 1 })}\n`;
    await folder.write('var/ingest-history.jsonl', line.repeat(20_000));
    await run('a');
    await run('a');
    expect((await stat(path)).size).toBeLessThan(2_000);
    expect((await readRuns(dataDir)).length).toBe(20_002);
    expect((await readFile(`${path}.1`, 'utf8')).length).toBe(line.length * 20_000);
  });

  it('wait for nobody: while another job runs none is run, and that is no failure', async () => {
    await folder.write('a/a.md', 'Of a.');
    using _lock = lockJob(dataDir);
    await expect(run('a')).rejects.toMatchObject({ code: 'job-locked' });
    expect(await readRuns(dataDir)).toEqual([]);
  });
});
