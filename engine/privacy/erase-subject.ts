// Erases a person from a data folder, step by step. What is done is noted, so that an erasure that was killed goes on where it was when the
// same command is given again; each step by itself can be repeated.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import { openSubjectTables } from '#storage/sqlite/sqlite-subject.ts';
import { cleanFile, holds, holdsBytes, isText, listFiles } from './data-folder.ts';
import {
  databaseFile,
  documentRule,
  type Found,
  findSubject,
  hasOwnRule,
  picturesOf,
} from './find-subject.ts';
import { addErased, openAddressHashes, privacyFolder } from './privacy-folder.ts';
import { changeDocuments, type DocumentChange } from './published-documents.ts';
import type { Subject } from './subject.ts';

export const eraseSteps = ['tombstones', 'database', 'pictures', 'knowledge', 'caches', 'files'] as const;
export type EraseStep = (typeof eraseSteps)[number];

export interface EraseOptions extends CallOptions, Pick<DocumentChange, 'embed'> {
  readonly dataDir: string;
  /** As `findSubject` takes it. */
  readonly include?: readonly string[];
  readonly now?: () => Date;
  readonly onStep?: (step: EraseStep) => void;
}

/** Holds no address: who asks for it proves by the hash that it is about them. */
export interface Receipt {
  readonly kind: 'answerdesk-erasure-receipt';
  readonly version: 1;
  readonly subject: { readonly hash: string; readonly algorithm: string; readonly addresses: number };
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What was erased, by kind. */
  readonly erased: Readonly<Record<string, number>>;
  /** What is left, and why. */
  readonly remains: readonly { readonly what: string; readonly why: string }[];
  /** The search of all files afterwards, as UTF-8 and UTF-16. */
  readonly verified: { readonly files: number; readonly bytes: number; readonly found: number };
}

/** What is kept while an erasure is under way. */
interface Progress {
  readonly startedAt: string;
  readonly conversations: readonly string[];
  readonly documents: readonly string[];
  readonly sources: readonly string[];
  readonly erased: Readonly<Record<string, number>>;
  readonly done: readonly EraseStep[];
}

/**
 * For who holds the locks of ingestion, of training and of comparing models. Rejects with `busy` if another program reads the database too
 * long, and as `changeDocuments` does; what is done stays done, and the next call goes on.
 */
export async function eraseSubject(
  subject: Subject,
  { dataDir, include = [], embed, now = () => new Date(), onStep = () => {}, signal }: EraseOptions,
): Promise<{ readonly receipt: Receipt; readonly receiptFile: string }> {
  const found = await findSubject(subject, { dataDir, include, signal });
  const path = join(privacyFolder(dataDir), `erasing-${found.subject}.json`);
  let progress = merged(readProgress(path), found, now().toISOString());
  const save = async (change: Partial<Progress>) => {
    progress = { ...progress, ...change };
    await writeAside(path, progress);
  };
  await save({});
  const ids = new Set([...progress.conversations, ...progress.documents]);

  const steps: Record<EraseStep, () => Promise<Record<string, number>>> = {
    async tombstones() {
      const { hashOf } = openAddressHashes(dataDir);
      addErased(dataDir, subject.addresses.map(hashOf), progress.startedAt);
      return {};
    },
    database: () => eraseRows(subject, { dataDir, found, conversations: progress.conversations, signal }),
    async pictures() {
      const pictures = await picturesOf(dataDir, progress.conversations);
      for (const name of pictures)
        await rm(join(dataDir, 'pictures', name), { recursive: true, force: true });
      return { pictures: pictures.length };
    },
    async knowledge() {
      const rule = documentRule(subject, dataDir, [...include, ...progress.documents]);
      const changed = await changeDocuments({ dataDir, rule, embed, signal });
      return {
        transcripts: changed.removed.length,
        articlesCovered: changed.covered.length,
        generations: changed.generations.length,
        staleVectors: changed.staleVectors,
      };
    },
    async caches() {
      return { caches: await removeCaches(dataDir, progress, found.articles.length > 0) };
    },
    async files() {
      const counts = { files: 0, filesCleaned: 0 };
      for (const file of await listFiles(dataDir)) {
        signal?.throwIfAborted();
        if (hasOwnRule(file.path)) continue;
        const outcome = await cleanFile(dataDir, file, { ...subject, ids });
        if (outcome === 'removed') counts.files += 1;
        if (outcome === 'covered' || outcome === 'lines-removed') counts.filesCleaned += 1;
      }
      return counts;
    },
  };
  for (const step of eraseSteps) {
    if (progress.done.includes(step)) continue;
    signal?.throwIfAborted();
    onStep(step);
    const counts = await steps[step]();
    await save({ done: [...progress.done, step], erased: added(progress.erased, counts) });
  }

  const { left, ...verified } = await search(subject, dataDir, signal);
  const { staleVectors = 0, ...erased } = progress.erased;
  const receipt: Receipt = {
    kind: 'answerdesk-erasure-receipt',
    version: 1,
    subject: {
      hash: found.subject,
      algorithm: 'HMAC-SHA-256, 132 bits, key of this data folder',
      addresses: subject.addresses.length,
    },
    startedAt: progress.startedAt,
    finishedAt: now().toISOString(),
    erased: Object.fromEntries(Object.entries(erased).filter(([, count]) => count > 0)),
    remains: [
      ...remainsOf(found),
      ...vectorsLeft(staleVectors),
      ...left.map((file) => ({ what: file, why: whyLeft(file) })),
    ],
    verified: { ...verified, found: left.length },
  };
  const folder = join(privacyFolder(dataDir), 'receipts');
  await mkdir(folder, { recursive: true });
  const receiptFile = join(folder, `${receipt.finishedAt.replace(/[:.]/g, '-')}-${found.subject}.json`);
  await writeAside(receiptFile, receipt);
  await rm(path, { force: true });
  return { receipt, receiptFile };
}

/** Hashes of people whose erasure began and did not end: the same command again goes on with it. */
export async function unfinishedErasures(dataDir: string): Promise<string[]> {
  const files = await listFiles(dataDir, 'privacy');
  return files.flatMap(({ path }) => /^privacy\/erasing-(.+)\.json$/.exec(path)?.[1] ?? []);
}

interface RowsRequest extends CallOptions {
  readonly dataDir: string;
  readonly found: Found;
  readonly conversations: readonly string[];
}

async function eraseRows(
  subject: Subject,
  { dataDir, found: { mentions }, conversations, signal }: RowsRequest,
): Promise<Record<string, number>> {
  if (!existsSync(databaseFile(dataDir))) return {};
  using tables = openSubjectTables(databaseFile(dataDir));
  const rows = tables.deleteConversations(conversations);
  const covered = tables.cover(mentions, subject);
  await tables.rewrite({ signal });
  return { ...rows, mentionsCovered: covered };
}

/** What can be made again and may tell something of texts that are gone. */
async function removeCaches(
  dataDir: string,
  { documents, sources }: Progress,
  articlesChanged: boolean,
): Promise<number> {
  if (documents.length === 0 && !articlesChanged) return 0;
  const folders = await listFiles(dataDir, 'sources');
  const own = folders.filter(({ path }) => {
    const [, folder = ''] = path.split('/');
    return (
      sources.some((name) => folder.startsWith(`${readableName(name)}-`)) || folder.startsWith('re-embed')
    );
  });
  for (const { path } of own) await rm(join(dataDir, path), { force: true });
  const candidates = (await listFiles(dataDir, 'candidates')).filter(
    ({ path }) => !/\/ingest\.(?:lock|pid)$/.test(path),
  );
  for (const { path } of candidates) await rm(join(dataDir, path), { force: true });
  return own.length + candidates.length;
}

/** As the folder of a source begins; what is of another source by chance is a cache, too. */
function readableName(source: string): string {
  return source.replace(/[^\w-]+/g, '_').slice(0, 80);
}

async function search(subject: Subject, dataDir: string, signal: AbortSignal | undefined) {
  let bytes = 0;
  const left: string[] = [];
  const files = await listFiles(dataDir);
  for (const file of files) {
    signal?.throwIfAborted();
    bytes += file.bytes;
    const isLeft = isText(file)
      ? await holds(dataDir, file, subject.isIn)
      : await holdsBytes(dataDir, file, literals(subject, dataDir, file.path));
    if (isLeft) left.push(file.path);
  }
  return { files: files.length, bytes, left };
}

/** Of the database those that stand in no row any more: somebody else's address may hold this one, and is no trace of it. */
function literals({ addresses }: Subject, dataDir: string, path: string): readonly string[] {
  const all = addresses.map((address) => address.toLowerCase());
  if (!path.startsWith('conversations.db')) return all;
  using tables = openSubjectTables(databaseFile(dataDir));
  return all.filter((address) => !tables.holds((text) => text.toLowerCase().includes(address)));
}

function vectorsLeft(stale: number): Receipt['remains'] {
  if (stale === 0) return [];
  return [
    {
      what: `the vectors of ${stale} passages of articles or cards`,
      why: 'they are those of the text with the address, because the model that made them could not be asked: change the article and ingest it again',
    },
  ];
}

function remainsOf({ team, articles, models, unknown }: Found): Receipt['remains'] {
  return [
    ...[...new Set(team.map(({ table }) => table))].map((table) => ({
      what: `the table "${table}"`,
      why:
        table === 'audit'
          ? 'an entry of the audit log is never changed; retention removes it'
          : 'it is an account of the team: answerdesk users',
    })),
    ...articles.map((id) => ({
      what: `the article or card ${id}`,
      why: 'the address is covered in what is published; it stands in the file of the team that it was read from, which is not changed',
    })),
    ...models.map(({ path, holdsSubject }) => ({
      what: `the model ${path}`,
      why:
        holdsSubject === 'yes'
          ? 'it was trained on texts of the person: train it again'
          : 'what it was trained on is not in this folder: look whether it held the person, and train it again if it did',
    })),
    ...unknown.map((name) => ({ what: name, why: 'it is not of Answerdesk; its text files were cleaned' })),
    {
      what: 'exports of the help desk, articles and other files that are ingested',
      why: 'they are yours; the next ingestion leaves the person out, but the files still hold them',
    },
    { what: 'logs, backups, and data handed on to others', why: 'they lie outside the data folder' },
  ];
}

function whyLeft(file: string): string {
  return file.startsWith('conversations.db')
    ? 'rows of the team, see above'
    : 'it is no text, or was written meanwhile: look at it';
}

function merged(before: Progress | undefined, found: Found, at: string): Progress {
  const join = (old: readonly string[] | undefined, now: readonly string[]) => [
    ...new Set([...(old ?? []), ...now]),
  ];
  return {
    startedAt: before?.startedAt ?? at,
    conversations: join(before?.conversations, found.conversations),
    documents: join(
      before?.documents,
      found.transcripts.map(({ id }) => id),
    ),
    sources: join(
      before?.sources,
      found.transcripts.map(({ source }) => source),
    ),
    erased: before?.erased ?? {},
    done: stillDone(before?.done ?? [], found),
  };
}

/** What was done is done again where something has come since. */
function stillDone(
  done: readonly EraseStep[],
  { conversations, mentions, transcripts, articles }: Found,
): EraseStep[] {
  const isNew: Partial<Record<EraseStep, boolean>> = {
    database: conversations.length + mentions.length > 0,
    pictures: conversations.length > 0,
    knowledge: transcripts.length + articles.length > 0,
    caches: transcripts.length > 0,
    files: true,
  };
  return done.filter((step) => !isNew[step]);
}

function added(
  before: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...before };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function readProgress(path: string): Progress | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Progress) : undefined;
}

async function writeAside(path: string, value: unknown): Promise<void> {
  const temporary = join(path, '..', `.${basename(path)}.tmp`);
  await writeDurably(temporary, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
  await rename(temporary, path);
  await syncFolder(join(path, '..'));
}
