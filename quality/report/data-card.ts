// The data card of a snapshot: what a generation was made of, under which licence and on which basis (after Gebru et al., Datasheets for
// Datasets, 2018). Licence, consent and retention are what the team states in `data-card.yaml` of the data folder.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { generationFolder } from '#knowledge/generations/generation-folder.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import { openGenerationContents } from '#knowledge/generations/generation-reader.ts';

const statedSchema = z.strictObject({
  sources: z
    .record(
      z.string(),
      z.strictObject({
        licence: z.string().optional(),
        /** Why the data may be kept and used: consent, contract, legitimate interest. */
        basis: z.string().optional(),
        purpose: z.string().optional(),
        retention: z.string().optional(),
        contact: z.string().optional(),
      }),
    )
    .default({}),
});
export type StatedFacts = z.infer<typeof statedSchema>;

export interface DataCard {
  readonly schemaVersion: 1;
  readonly createdAt: string;
  readonly generation: { readonly id: string; readonly createdAt: string; readonly modelId: string };
  /** SHA-256 of each file of the generation, as its manifest has it. */
  readonly files: Readonly<Record<string, string>>;
  readonly sources: readonly CardSource[];
}

export interface CardSource {
  readonly name: string;
  readonly articles: number;
  readonly conversations: number;
  readonly internal: number;
  readonly languages: readonly string[];
  /** Of the newest document with a date. */
  readonly newest?: string;
  /** Of ids and texts in the order of their ids: another one is another content. */
  readonly sha256: string;
  readonly stated: StatedFacts['sources'][string];
}

export async function makeDataCard(
  dataDir: string,
  generationId: string,
  now = new Date(),
): Promise<DataCard> {
  const folder = generationFolder(dataDir, generationId);
  const { files } = await openManifest(folder);
  const stated = await readStated(dataDir);
  using contents = await openGenerationContents(folder);
  const groups = Map.groupBy(contents.documents, ({ metadata }) => metadata.source);
  const { id, createdAt, modelId } = contents.info;
  return {
    schemaVersion: 1,
    createdAt: now.toISOString(),
    generation: { id, createdAt, modelId },
    files: Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])),
    sources: [...groups].map(([name, documents]) => sourceOf(name, documents, stated)),
  };
}

export function dataCardMarkdown({ generation, createdAt, sources, files }: DataCard): string {
  const unknown = 'not stated';
  const part = ({
    name,
    articles,
    conversations,
    internal,
    languages,
    newest,
    sha256,
    stated,
  }: CardSource) => `## ${name}

| | |
|---|---|
| Articles | ${articles} |
| Past conversations, redacted | ${conversations} |
| For agents only | ${internal} |
| Languages | ${languages.join(', ')} |
| Newest | ${newest ?? 'no dates'} |
| SHA-256 of its content | \`${sha256}\` |
| Licence | ${cell(stated.licence ?? unknown)} |
| Basis of keeping it | ${cell(stated.basis ?? unknown)} |
| Purpose | ${cell(stated.purpose ?? unknown)} |
| Kept for | ${cell(stated.retention ?? unknown)} |
| Contact | ${cell(stated.contact ?? unknown)} |
`;
  return `# Data card of ${generation.id}

Published ${generation.createdAt}, embedded with \`${generation.modelId}\`. This card is of ${createdAt}.
Personal data was taken out of past conversations before they were stored.

${sources.map(part).join('\n')}
## Files

| file | SHA-256 |
|---|---|
${Object.entries(files)
  .map(([name, sha256]) => `| ${name} | \`${sha256}\` |`)
  .join('\n')}
`;
}

function sourceOf(name: string, documents: readonly Document[], stated: StatedFacts): CardSource {
  const hash = createHash('sha256');
  for (const { id, pageContent } of [...documents].sort((a, b) => (a.id < b.id ? -1 : 1)))
    hash.update(JSON.stringify([id, pageContent]));
  const dates = documents.flatMap(({ metadata }) => metadata.updated ?? []).sort();
  const articles = documents.filter(({ metadata }) => metadata.kind === 'article').length;
  return {
    name,
    articles,
    conversations: documents.length - articles,
    internal: documents.filter(({ metadata }) => metadata.audience === 'internal').length,
    languages: [...new Set(documents.map(({ metadata }) => metadata.language))].sort(),
    ...(dates.length > 0 ? { newest: dates.at(-1)!.slice(0, 10) } : {}),
    sha256: hash.digest('hex'),
    stated: stated.sources[name] ?? {},
  };
}

/** Throws `bad-input` for a file that is not valid. */
async function readStated(dataDir: string): Promise<StatedFacts> {
  const path = join(dataDir, 'data-card.yaml');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    return statedSchema.parse(parse(text) ?? {});
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('bad-input', `${path} is not valid: ${why}`, { cause });
  }
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}
