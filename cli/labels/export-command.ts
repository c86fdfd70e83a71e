// `answerdesk labels export`: a spreadsheet for a person to fill in, least sure first. It holds redacted excerpts only.
import { writeFile } from 'node:fs/promises';
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { EntityFinder } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { conversationCell } from '#learning/labels/check-labels.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import { agreedValues, goldKey, readGoldLabels } from '#learning/labels/gold-labels.ts';
import type { WeakKind } from '#learning/labels/label-kinds.ts';
import { readWeakRows, type WeakRow, weakFile } from '#learning/labels/weak-labels.ts';
import { openOnnxEntityFinder } from '#models/personal-data/onnx-entity-finder.ts';
import { leastSure } from '#quality/labelling/choose-rows.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';
import { type Separator, toCsv } from '#quality/labelling/label-sheet.ts';
import { readConversations } from '#quality/labelling/read-conversations.ts';
import { redactWithNames } from '#quality/labelling/redact-names.ts';

export interface ExportRequest {
  readonly out: string | undefined;
  readonly kinds: readonly WeakKind[];
  readonly count: number;
  readonly separator: Separator;
  readonly again: string | undefined;
  readonly json: boolean;
}

/** UTF-16 code units of what a cell shows. */
const longestExcerpt = 300;

export async function exportCommand(request: ExportRequest, { signal }: CallOptions): Promise<void> {
  const { dataDir, personalData } = loadConfig();
  const rows = await chosenRows(labelsFolder(dataDir), request);
  if (rows.length === 0)
    throw new AppError(
      'bad-input',
      request.again === undefined
        ? 'There is nothing to label: run "answerdesk labels update" first, or every conversation has labels of a person.'
        : `${request.again} has labelled nothing of that kind.`,
    );
  const wanted = new Map(rows.map((row) => [row.conversation, row]));
  const records = new Map<string, ConversationRecord>();
  using contents = await openCurrentContents(dataDir);
  const documents = contents?.documents ?? [];
  const ids = new Set(wanted.keys());
  const { model } = personalData;
  let finder: Promise<EntityFinder> | undefined;
  try {
    // A sheet is read by people and leaves the desk: names go as well, as they do at ingestion.
    const redact =
      model === 'off'
        ? {}
        : { redact: redactWithNames(() => (finder ??= openOnnxEntityFinder(model)), documents, signal) };
    for await (const record of readConversations(dataDir, documents, { ids, ...redact })) {
      signal?.throwIfAborted();
      if (wanted.has(record.id)) records.set(record.id, record);
      if (records.size === wanted.size) break;
    }
  } finally {
    await (await finder?.catch(() => undefined))?.close();
  }
  const told = rows.flatMap((row) => {
    const record = records.get(row.conversation);
    return record ? [{ row, record }] : [];
  });
  const text = request.json
    ? told.map((one) => `${JSON.stringify(toJson(one, request.kinds))}\n`).join('')
    : toCsv([headerOf(request.kinds), ...told.map((one) => cellsOf(one, request.kinds))], request.separator);
  if (request.out === undefined || request.out === '-') process.stdout.write(text);
  else {
    await writeFile(request.out, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EEXIST' ? 'is there already; name another file' : `cannot be written (${cause.code})`;
      throw new AppError('bad-input', `${request.out} ${why}.`, { cause });
    });
    process.stderr.write(
      `${told.length} conversations in ${request.out}. Fill the last columns, save, then: answerdesk labels import ${request.out} --annotator NAME\n`,
    );
  }
}

async function chosenRows(folder: string, { kinds, count, again }: ExportRequest): Promise<WeakRow[]> {
  const { current } = await readGoldLabels(folder);
  const rows = readWeakRows(weakFile(folder));
  if (again === undefined) {
    const gold = agreedValues(current);
    return leastSure(rows, { kinds, count, isLabelled: (key) => gold.has(key) });
  }
  const theirs = new Set(
    current
      .filter(({ annotator }) => annotator === again)
      .map(({ conversation, kind }) => goldKey(conversation, kind)),
  );
  const chosen: WeakRow[] = [];
  for await (const row of rows)
    if (chosen.length < count && kinds.some((kind) => theirs.has(goldKey(row.conversation, kind))))
      chosen.push(row);
  return chosen;
}

interface Told {
  readonly row: WeakRow;
  readonly record: ConversationRecord;
}

function headerOf(kinds: readonly WeakKind[]): string[] {
  return [
    'conversation',
    'question',
    'reply',
    ...kinds.flatMap((kind) => [`${kind} guess`, `${kind} sure`]),
    'annotator',
    ...kinds,
  ];
}

function cellsOf({ row, record }: Told, kinds: readonly WeakKind[]): string[] {
  const guesses = kinds.flatMap((kind) => {
    const label = row.labels[kind];
    return label ? [label[0], `${Math.round(label[1] * 100)} %`] : ['', ''];
  });
  return [
    conversationCell(record.id),
    questionOf(record),
    replyOf(record),
    ...guesses,
    '',
    ...kinds.map(() => ''),
  ];
}

function toJson({ row, record }: Told, kinds: readonly WeakKind[]) {
  return {
    conversation: record.id,
    question: questionOf(record),
    reply: replyOf(record),
    guesses: Object.fromEntries(
      kinds.flatMap((kind) => (row.labels[kind] ? [[kind, row.labels[kind]]] : [])),
    ),
  };
}

function questionOf({ problem, turns }: ConversationRecord): string {
  return excerpt(problem || (turns.find(({ author }) => author === 'customer')?.text ?? ''));
}

function replyOf({ turns }: ConversationRecord): string {
  return excerpt(turns.findLast(({ author }) => author !== 'customer')?.text ?? '');
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longestExcerpt ? `${line.slice(0, longestExcerpt)}…` : line;
}
