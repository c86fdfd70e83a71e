// Where the data of a person stand in a data folder. Nothing is changed.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { type FoundRow, openSubjectTables } from '#storage/sqlite/sqlite-subject.ts';
import { type FileOutcome, judgeFile, listFiles, unknownNames } from './data-folder.ts';
import { emailsIn } from './erased-people.ts';
import { openAddressHashes, readErased, subjectHash } from './privacy-folder.ts';
import { applyRule, type DocumentRule } from './published-documents.ts';
import type { Subject } from './subject.ts';
import { type TrainedModel, trainedModels } from './trained-models.ts';

export interface Found {
  /** What receipts and the audit log call the person. */
  readonly subject: string;
  /** Ids of conversations that are the person's. */
  readonly conversations: readonly string[];
  /** Rows of others in the database that hold an address. */
  readonly mentions: readonly FoundRow[];
  /** Rows of the team's accounts and of the audit log. */
  readonly team: readonly FoundRow[];
  readonly transcripts: readonly { readonly id: string; readonly source: string }[];
  /** Ids of articles and cards that hold an address. */
  readonly articles: readonly string[];
  /** Folders in `pictures`. */
  readonly pictures: readonly string[];
  readonly files: readonly { readonly path: string; readonly outcome: FileOutcome }[];
  /** What has only a name in common: to be looked at, and confirmed with `--include ID`. */
  readonly names: readonly {
    readonly where: 'conversation' | 'document';
    readonly id: string;
    readonly names: readonly string[];
  }[];
  readonly models: readonly TrainedModel[];
  /** In the data folder, but not of Answerdesk. Their files are looked through all the same. */
  readonly unknown: readonly string[];
  /** The person was erased before, and what is found came later. */
  readonly erasedBefore: boolean;
}

export interface FindOptions extends CallOptions {
  readonly dataDir: string;
  /** Ids of conversations and documents that somebody has confirmed to be the person's. */
  readonly include?: readonly string[];
}

export function databaseFile(dataDir: string): string {
  return join(dataDir, 'conversations.db');
}

export async function findSubject(
  subject: Subject,
  { dataDir, include = [], signal }: FindOptions,
): Promise<Found> {
  const { own, mentions, team, named } = findRows(subject, dataDir, include);
  const rule = documentRule(subject, dataDir, include);
  const { removed, covered } = await applyRule(dataDir, rule);
  const transcripts = removed.map(({ id, metadata: { source } }) => ({ id, source }));
  const ids = new Set([...own, ...transcripts.map(({ id }) => id)]);
  const files: { path: string; outcome: FileOutcome }[] = [];
  for (const file of await listFiles(dataDir)) {
    signal?.throwIfAborted();
    if (!hasOwnRule(file.path)) {
      const outcome = await judgeFile(dataDir, file, { ...subject, ids });
      if (outcome !== 'unchanged') files.push({ path: file.path, outcome });
    }
  }
  const { hashOf } = openAddressHashes(dataDir);
  const erased = readErased(dataDir);
  return {
    subject: subjectHash(dataDir, subject.addresses),
    conversations: own,
    mentions,
    team,
    transcripts,
    articles: covered,
    pictures: await picturesOf(dataDir, own),
    files,
    names: [
      ...named.map((id) => ({ where: 'conversation' as const, id, names: subject.names })),
      ...(await namedDocuments(subject, dataDir, ids)),
    ],
    models: await trainedModels(
      dataDir,
      files.map(({ path }) => path),
    ),
    unknown: await unknownNames(dataDir),
    erasedBefore: subject.addresses.some((address) => erased.has(hashOf(address))),
  };
}

function findRows(subject: Subject, dataDir: string, include: readonly string[]) {
  if (!existsSync(databaseFile(dataDir))) return { own: [], mentions: [], team: [], named: [] };
  using tables = openSubjectTables(databaseFile(dataDir));
  const { own, mentions, team } = tables.find(subject);
  const confirmed = include.filter((id) => Object.keys(tables.rowsOf(id)).length > 0);
  const all = [...new Set([...own, ...confirmed])];
  const others = mentions.filter(({ conversationId }) => !conversationId || !all.includes(conversationId));
  const named =
    subject.names.length === 0
      ? []
      : tables
          .conversationsWith((text) => subject.namesIn(text).length > 0)
          .filter((id) => !all.includes(id));
  return { own: all, mentions: others, team, named };
}

/**
 * E-mail addresses in the database whose owners were erased: a backup from before that has been restored brings them back. Other addresses
 * are kept as hashes only and cannot be looked for.
 */
export function returnedAddresses(dataDir: string): readonly string[] {
  const { hashOf } = openAddressHashes(dataDir);
  const erased = readErased(dataDir);
  if (erased.size === 0 || !existsSync(databaseFile(dataDir))) return [];
  using tables = openSubjectTables(databaseFile(dataDir));
  const found = tables.collect((text) => emailsIn(text).map((address) => address.toLowerCase()));
  return [...found].filter((address) => erased.has(hashOf(address)));
}

/** Transcripts that are the person's, or hold an address, go; articles and cards are the team's own words, in which an address is covered. */
export function documentRule(subject: Subject, dataDir: string, include: readonly string[]): DocumentRule {
  const { hashOf } = openAddressHashes(dataDir);
  const hashes = new Set(subject.addresses.map(hashOf));
  return {
    keeps({ id, pageContent, metadata: { kind, subjects = [], title, url = '' } }) {
      if (include.includes(id) || subject.isIn(id) || subjects.some((hash) => hashes.has(hash))) return false;
      return kind === 'article' || !subject.isIn(`${title}\n${url}\n${pageContent}`);
    },
    covered: subject.covered,
  };
}

async function namedDocuments(
  subject: Subject,
  dataDir: string,
  except: ReadonlySet<string>,
): Promise<Found['names'][number][]> {
  if (subject.names.length === 0) return [];
  using contents = await openCurrentContents(dataDir);
  return (contents?.documents ?? []).flatMap(({ id, pageContent, metadata: { kind } }) => {
    const names = kind === 'transcript' && !except.has(id) ? subject.namesIn(pageContent) : [];
    return names.length > 0 ? [{ where: 'document' as const, id, names }] : [];
  });
}

/** Named by the conversation that they were sent in. */
export async function picturesOf(dataDir: string, conversations: readonly string[]): Promise<string[]> {
  const names = await readdir(join(dataDir, 'pictures')).catch(() => []);
  return names.filter((name) =>
    conversations.some((id) => name === id || name.startsWith(`${id}.`) || name.startsWith(`${id}-`)),
  );
}

/** Erased by what they are, and not by their text. */
export function hasOwnRule(path: string): boolean {
  return /^(?:conversations\.db|index\/|privacy\/|pictures\/|ingest\.(?:lock|pid)|candidates\/|models\/[^/]+\/[^/]+\.onnx)/.test(
    path,
  );
}
