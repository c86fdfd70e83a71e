// Names in conversations, through the job.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntityFinder } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import type { SourceItem } from './item.ts';
import { type JobProgress, removeSource, runIngestJob } from './job.ts';
import { defaultInternalRules } from './source-settings.ts';
import { describeJob } from './summary.ts';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  dataDir = join(folder.path, 'var');
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Knows the names of the conversations below. */
function namesFinder(): EntityFinder & { readonly read: string[] } {
  const read: string[] = [];
  return {
    modelId: 'names@1',
    read,
    async find(texts) {
      read.push(...texts);
      return texts.map((text) =>
        Array.from(text.matchAll(/Nell Frost|Okan/g), ({ 0: name, index: start }) => ({
          kind: 'name' as const,
          start,
          end: start + name.length,
        })),
      );
    },
    close: async () => {},
  };
}

const conversation = (id: string): SourceItem => ({
  type: 'conversation',
  id,
  turns: [
    { role: 'customer', text: `The ${id} valve of Nell Frost makes a noise at night, account 71-30042-5.` },
    {
      role: 'agent',
      text: 'Please take the valve off, Nell, turn the pin with pliers and screw it on again, or ask Okan for a new one.',
    },
  ],
  origin: { file: 'chats.jsonl' },
});

function ingest(
  openEntityFinder: (() => Promise<EntityFinder>) | undefined,
  onProgress?: (progress: JobProgress) => void,
  name = 'chats',
) {
  return runIngestJob({
    dataDir,
    openEmbedder: async () => createHashingEmbedder(),
    openEntityFinder,
    ...(onProgress ? { onProgress } : {}),
    source: {
      name,
      items: (async function* () {
        yield conversation(name === 'chats' ? 'first' : name);
      })(),
      redactor: createDefaultRedactor(),
      internalRules: defaultInternalRules,
      transcriptsAudience: 'customer',
    },
  });
}
const published = async () => (await openCurrentGeneration(dataDir))!.documents[0]!.pageContent;

describe('names in conversations', () => {
  it('are replaced before anything is stored, each person by one placeholder', async () => {
    const summary = await ingest(async () => namesFinder());
    const text = await published();
    expect(text).toContain('valve of [NAME 1] makes');
    expect(text).toContain('take the valve off, [NAME 1], turn');
    expect(text).toContain('ask [NAME 2] for');
    expect(summary.counts?.redactions).toMatchObject({ name: 3, id: 1 });
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name), 'latin1');
      expect({ file: entry.name, held: /Nell|Frost|Okan/.test(bytes) }).toEqual({
        file: entry.name,
        held: false,
      });
    }
  });

  it('are searched for once: the second run knows its turns, and progress moves', async () => {
    await ingest(async () => namesFinder());
    const again = namesFinder();
    const turns: number[] = [];
    const summary = await ingest(
      async () => again,
      (progress) => turns.push(progress.turns),
    );
    expect([again.read, summary.names]).toEqual([[], { searched: 0, known: 2 }]);
    expect(turns.at(-1)).toBe(2);
    expect(describeJob(summary)).toContain('2 turns searched, 2 of them known already');
  });

  it('stay where the model cannot be opened: patterns still work, and the summary says it once', async () => {
    const summary = await ingest(() => Promise.reject(new AppError('model-invalid', 'There is no model.')));
    expect(await published()).toContain('account [ID]');
    const said = describeJob(summary);
    expect(said.match(/There is no model\./g)).toHaveLength(1);
    expect(said).toContain('not searched, only patterns looked');
  });

  it('leave nothing of what was found when their source is removed', async () => {
    await ingest(async () => namesFinder());
    await ingest(undefined, undefined, 'others');
    const entities = async () =>
      (await readdir(dataDir, { recursive: true })).filter((file) => file.endsWith('entities.jsonl'));
    expect(await entities()).toHaveLength(1);
    await removeSource({ dataDir, name: 'chats' });
    expect(await entities()).toEqual([]);
  });

  it('are not searched for where nobody wants it', async () => {
    const summary = await ingest(undefined);
    expect(summary).not.toHaveProperty('names');
    expect(await published()).toContain('account [ID]');
  });
});
