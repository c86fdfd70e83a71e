// What is published, for `answerdesk ingest status`.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import type { SourceTerms } from '#core/source-terms.ts';
import {
  generationFolder,
  listGenerations,
  readCurrentId,
} from '#knowledge/generations/generation-folder.ts';
import { openManifest } from '#knowledge/generations/generation-manifest.ts';
import { adviseRollback } from './publish/advise-rollback.ts';

export interface Status {
  readonly current: Omit<GenerationInfo, 'id'> & { readonly id: string; readonly ageSeconds: number };
  /** Oldest first; those before the current one can be gone back to. */
  readonly generations: readonly string[];
  /** Newest first. */
  readonly quarantine: readonly { readonly file: string; readonly records: number }[];
}

/** Throws `knowledge-base-missing` if nothing is published, `knowledge-base-damaged` if CURRENT or the manifest is damaged. */
export async function readStatus(dataDir: string): Promise<Status> {
  const id = await readCurrentId(dataDir);
  if (id === undefined) {
    throw new AppError(
      'knowledge-base-missing',
      `There is no knowledge base in ${dataDir} yet: answerdesk ingest PATH`,
    );
  }
  const manifest = await openManifest(generationFolder(dataDir, id)).catch(adviseRollback);
  const { createdAt, modelId, dimensions, documents, chunks, sources } = manifest;
  const ageSeconds = Math.round((Date.now() - Date.parse(createdAt)) / 1000);
  return {
    current: { id, createdAt, ageSeconds, modelId, dimensions, documents, chunks, sources },
    generations: await listGenerations(dataDir),
    quarantine: await listQuarantine(dataDir),
  };
}

export function describeStatus({ current, generations, quarantine }: Status): string {
  const number = (value: number) => value.toLocaleString('en');
  const width = Math.max(...current.sources.map(({ name }) => name.length));
  return [
    `Generation ${current.id}, published ${current.createdAt} (${age(current.ageSeconds)} ago)`,
    `Model      ${current.modelId}, ${current.dimensions} dimensions`,
    `Contents   ${number(current.documents)} documents, ${number(current.chunks)} passages`,
    ...current.sources.map(
      ({ name, documents, chunks, terms }) =>
        `  ${name.padEnd(width)}  ${number(documents)} documents, ${number(chunks)} passages${terms ? `; ${describeTerms(terms)}` : ''}`,
    ),
    `Kept       ${generations.join(', ')}`,
    ...(quarantine.length > 0
      ? ['Quarantine', ...quarantine.map(({ file, records }) => `  ${file}: ${number(records)} records`)]
      : []),
  ].join('\n');
}

function describeTerms({ purpose, legalBasis, licence, training }: SourceTerms): string {
  return [
    ...(purpose ? [`purpose: ${purpose}`] : []),
    ...(legalBasis ? [`legal basis: ${legalBasis}`] : []),
    ...(licence ? [`licence: ${licence}`] : []),
    ...(training === undefined ? [] : [`training: ${training ? 'yes' : 'no'}`]),
  ].join(', ');
}

async function listQuarantine(dataDir: string): Promise<Status['quarantine']> {
  const folder = join(dataDir, 'quarantine');
  const names = (await readdir(folder).catch(noFolder)).filter((name) => name.endsWith('.jsonl'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const text = await readFile(path, 'utf8');
      return { file: path, records: text.split('\n').length - 1, time: (await stat(path)).mtimeMs };
    }),
  );
  return files.sort((left, right) => right.time - left.time).map(({ file, records }) => ({ file, records }));
}

function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function age(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
