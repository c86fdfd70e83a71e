// All that is kept of a person, as JSON that other programs can read (GDPR, articles 15 and 20). docs/privacy.md describes its fields.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { openSubjectTables } from '#storage/sqlite/sqlite-subject.ts';
import { listFiles } from './data-folder.ts';
import { databaseFile, findSubject } from './find-subject.ts';
import type { Subject } from './subject.ts';

export interface SubjectExport {
  readonly kind: 'answerdesk-personal-data';
  readonly version: 1;
  /** ISO 8601. */
  readonly exportedAt: string;
  readonly subject: { readonly addresses: readonly string[] };
  readonly conversations: readonly ExportedConversation[];
  /** What others wrote that names an address of the person: to be read before it is handed over, because it may tell of others. */
  readonly mentions: readonly {
    readonly where: string;
    readonly conversationId?: string;
    readonly texts: Readonly<Record<string, unknown>>;
  }[];
  /** Past conversations that were ingested, as they are kept: without names and addresses. */
  readonly transcripts: readonly Document[];
  readonly articles: readonly { readonly id: string; readonly texts: readonly string[] }[];
  /** Of other files of the data folder, such as eval runs and labels: the records that hold an address or the id of a conversation. */
  readonly records: readonly { readonly file: string; readonly record: unknown }[];
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

export interface ExportedConversation {
  readonly id: string;
  /** What was said, in order. */
  readonly messages: readonly unknown[];
  /** Every row that is kept of it, by table; secrets left out. */
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

export interface ExportOptions extends CallOptions {
  readonly dataDir: string;
  readonly include?: readonly string[];
  readonly now?: () => Date;
}

export async function exportSubject(
  subject: Subject,
  { dataDir, include = [], now = () => new Date(), signal }: ExportOptions,
): Promise<SubjectExport> {
  const found = await findSubject(subject, { dataDir, include, signal });
  const ids = new Set([...found.conversations, ...found.transcripts.map(({ id }) => id)]);
  const records: SubjectExport['records'][number][] = [];
  const files: SubjectExport['files'][number][] = [];
  for (const { path } of found.files) {
    signal?.throwIfAborted();
    // An export of before holds what this one holds.
    if (path.startsWith('exports/')) continue;
    const bytes = await readFile(join(dataDir, path));
    const own = recordsOf(path, bytes.toString('utf8'), { subject, ids });
    records.push(...own);
    // No text, or one of another encoding.
    if (own.length === 0) files.push({ name: path, base64: bytes.toString('base64') });
  }
  for (const folder of found.pictures)
    for (const { path } of [...(await listFiles(dataDir, join('pictures', folder))), ...pictureFile(folder)])
      files.push({ name: path, base64: (await readFile(join(dataDir, path))).toString('base64') });
  const { transcripts, articles } = await documentsOf(dataDir, {
    subject,
    ids,
    covered: new Set(found.articles),
  });
  return {
    kind: 'answerdesk-personal-data',
    version: 1,
    exportedAt: now().toISOString(),
    subject: { addresses: subject.addresses },
    ...rowsOf(dataDir, found),
    transcripts,
    articles,
    records,
    files,
  };
}

function rowsOf(
  dataDir: string,
  { conversations, mentions }: Awaited<ReturnType<typeof findSubject>>,
): Pick<SubjectExport, 'conversations' | 'mentions'> {
  if (!existsSync(databaseFile(dataDir))) return { conversations: [], mentions: [] };
  using tables = openSubjectTables(databaseFile(dataDir));
  return {
    conversations: conversations.map((id) => {
      const rows = tables.rowsOf(id);
      const messages = (rows.journal ?? []).flatMap(({ event }) => {
        const { message } = event as { message?: unknown };
        return typeof message === 'object' ? [message] : [];
      });
      return { id, messages, rows };
    }),
    mentions: mentions.map((row) => ({
      where: row.table,
      ...(row.conversationId ? { conversationId: row.conversationId } : {}),
      texts: tables.cellsOf(row),
    })),
  };
}

interface Wanted {
  readonly subject: Subject;
  readonly ids: ReadonlySet<string>;
}

async function documentsOf(
  dataDir: string,
  { subject, ids, covered }: Wanted & { readonly covered: ReadonlySet<string> },
): Promise<Pick<SubjectExport, 'transcripts' | 'articles'>> {
  using contents = await openCurrentContents(dataDir);
  if (!contents) return { transcripts: [], articles: [] };
  const { documents, cards, questions } = contents;
  const lines = (text: string) => text.split('\n').filter((line) => subject.isIn(line));
  return {
    transcripts: documents.filter(({ id }) => ids.has(id)),
    articles: [
      ...documents.map(({ id, pageContent, metadata: { title } }) => ({
        id,
        texts: lines(`${title}\n${pageContent}`),
      })),
      ...cards.map(({ id, questions: asked, answer }) => ({
        id,
        texts: lines([...asked, answer].join('\n')),
      })),
      ...questions
        .map(({ documentId: id, questions: written }) => ({ id, texts: lines(written.join('\n')) }))
        .filter(({ texts }) => texts.length > 0),
    ].filter(({ id }) => covered.has(id)),
  };
}

/** Of JSON lines the records, of other texts the lines. */
function recordsOf(path: string, text: string, { subject, ids }: Wanted): SubjectExport['records'] {
  const isRecords = /\.jsonl(?:\.1)?$/.test(path);
  return text.split('\n').flatMap((line) => {
    const isTheirs = subject.isIn(line) || [...ids].some((id) => line.includes(JSON.stringify(id)));
    return isTheirs ? [{ file: path, record: isRecords ? parsed(line) : line }] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** A picture that lies in no folder of its own. */
function pictureFile(name: string) {
  return extname(name) === '' ? [] : [{ path: `pictures/${name}` }];
}
