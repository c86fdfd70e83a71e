// Real help centres and transcripts, where they lie beside the checkout: read as they are, without code for any of them.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { chunkDocument } from './chunk/chunk.ts';
import { readDocuments } from './source-documents.ts';
import { newSourceCounts } from './source-options.ts';
import { defaultInternalRules } from './source-settings.ts';
import { createFields } from './sources/field-map.ts';
import { findFiles } from './sources/find-files.ts';
import { readSource } from './sources/read-source.ts';

const data = fileURLToPath(new URL('../../shared/data', import.meta.url));

async function read(path: string) {
  const { files } = await findFiles([`${data}/${path}`]);
  const counts = newSourceCounts();
  const options = {
    name: 'real',
    redactor: createDefaultRedactor(),
    internalRules: defaultInternalRules,
    transcriptsAudience: 'customer',
    onProblem: () => {},
  } as const;
  const read = await Array.fromAsync(readDocuments(readSource(files, createFields()), options, { counts }));
  const chunks = read.flatMap(({ document, blocks }) => chunkDocument(document, { blocks }));
  return { counts, documents: read.map(({ document }) => document), chunks };
}

describe.skipIf(!existsSync(data))('real data (skipped where it is not there)', () => {
  it.each([
    ['help_centres/login_gov', 218, { en: 54, es: 55, fr: 55, zh: 54 }],
    ['help_centres/ente/articles.jsonl', 213, { en: 212, de: 1 }],
  ])('reads the help centre %s', async (path, articles, languages) => {
    const { counts, documents, chunks } = await read(path);
    expect(counts).toMatchObject({ articles, quarantined: 0 });
    const found: Record<string, number> = {};
    for (const { metadata } of documents) found[metadata.language] = (found[metadata.language] ?? 0) + 1;
    expect(found).toEqual(languages);
    for (const { text, start, documentId } of chunks) {
      expect(documents.find(({ id }) => id === documentId)?.pageContent.startsWith(text, start)).toBe(true);
    }
  });

  it('tells agents’ articles from customers’', async () => {
    const { counts, documents } = await read('tau2_banking_kb/articles.jsonl');
    expect(counts).toMatchObject({ articles: 698, internal: 47 });
    for (const { metadata } of documents)
      expect(metadata.audience === 'internal').toBe(metadata.title.startsWith('Internal:'));
  });

  it('turns real conversations into documents of agents’ words', async () => {
    const { counts, documents } = await read('twitter_care/dev.jsonl');
    expect(counts.transcripts).toBeGreaterThan(400);
    expect(counts.transcripts + counts.nearDuplicates + counts.withoutResolution).toBe(525);
    expect(
      documents.filter(({ pageContent }) =>
        /\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b/.test(pageContent.replace(/https?:\S+/g, '')),
      ),
    ).toEqual([]);
  });
});
