import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closedToTraining, termsBySource } from '#core/source-terms.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { removeSource, runIngestJob } from './job.ts';
import { runSource } from './run-source.ts';
import { readSourceSettings } from './source-settings.ts';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const dataDir = () => join(folder.path, 'var');
const openEmbedder = async () => createHashingEmbedder();

async function ingest(name: string, yaml: string) {
  await folder.write(`${name}/${name}.md`, `An article of ${name}.`);
  const settingsFile = await folder.write(`${name}/answerdesk.source.yaml`, yaml);
  const path = join(settingsFile, '..');
  const { name: _name, ...settings } = await readSourceSettings(path);
  return runSource(
    { name, spec: { type: 'files', paths: [path] }, settings },
    { dataDir: dataDir(), openEmbedder },
  );
}

const published = async (id: string) => (await openManifest(join(dataDir(), 'index', id))).sources;

describe('the terms of a source', () => {
  it('are kept with the generation, however that is published, and a change of them is a change', async () => {
    const terms =
      'purpose: answering customers\nlegalBasis: legitimate-interests\nlicence: CC-BY-4.0\ntraining: no\n';
    await ingest('help', terms);
    const second = await ingest('shop', 'region: GB\n');
    const expected = {
      purpose: 'answering customers',
      legalBasis: 'legitimate-interests',
      licence: 'CC-BY-4.0',
      training: false,
    };
    const both = await published(second.generation!.id);
    expect(both.map(({ name, terms: its }) => [name, its])).toEqual([
      ['help', expected],
      ['shop', undefined],
    ]);
    expect([...closedToTraining(both)]).toEqual(['help']);

    expect(await ingest('help', terms)).toMatchObject({ published: false });
    const changed = await ingest('help', 'training: yes\n');
    expect(changed).toMatchObject({ published: true });
    expect(termsBySource(await published(changed.generation!.id))).toEqual({ help: { training: true } });
    const again = await runIngestJob({
      dataDir: dataDir(),
      openEmbedder: async () => createHashingEmbedder({ modelId: 'other@00000002' }),
      acceptModelChange: true,
    });
    expect(termsBySource(await published(again.generation!.id))).toEqual({ help: { training: true } });
    const left = await removeSource({ dataDir: dataDir(), name: 'shop' });
    expect(termsBySource(await published(left.id))).toEqual({ help: { training: true } });
  });

  it('are told from what cannot be meant', async () => {
    await expect(ingest('help', 'training: perhaps\n')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('is yes or no'),
    });
    await expect(ingest('help', 'legalBasis: because\n')).rejects.toThrow('is one of consent, contract');
  });
});
