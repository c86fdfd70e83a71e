// Everything of a desk that may teach a model: conversations that were settled well, sections of its articles.
import type { CallOptions } from '#core/call-options.ts';
import type { Chunk, Document } from '#core/document.ts';
import { closedToTraining } from '#core/source-terms.ts';
import type { GenerationContents } from '#knowledge/generations/generation-reader.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import { agreedValues, goldKey, readGoldLabels } from '#learning/labels/gold-labels.ts';
import { labelKinds, type WeakKind } from '#learning/labels/label-kinds.ts';
import { readWeakRows, type WeakRow, weakFile } from '#learning/labels/weak-labels.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';
import { readConversations } from '#quality/labelling/read-conversations.ts';
import type { EntityPass } from '#redact/entity-pass.ts';
import type { Redactor } from '#redact/redact.ts';
import { redactConversation } from '#redact/redact-conversation.ts';
import {
  type AnsweredQuestion,
  type Labels,
  questionOfSection,
  questionsOfConversation,
} from './answered-question.ts';

export interface GatherTools {
  readonly redactor: Redactor;
  readonly entities: Pick<EntityPass, 'find'>;
  readonly isPublished: (word: string) => boolean;
  /** Sections of articles, at most. */
  readonly mostSections: number;
}

export interface Gathered {
  /** Conversations first, the newest before the others. */
  readonly questions: readonly AnsweredQuestion[];
  readonly leftOut: ReadonlyMap<string, number>;
}

export async function gatherQuestions(
  dataDir: string,
  contents: Pick<GenerationContents, 'info' | 'documents' | 'chunks'>,
  { signal, mostSections, ...tools }: GatherTools & CallOptions,
): Promise<Gathered> {
  const closed = closedToTraining(contents.info.sources);
  const labelsOf = await readLabels(dataDir);
  const leftOut = new Map<string, number>();
  const count = (why: string) => leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
  const questions: AnsweredQuestion[] = [];
  const internal = new Set(
    contents.documents.filter(({ metadata }) => metadata.audience === 'internal').map(({ id }) => id),
  );
  for await (const record of readConversations(dataDir, contents.documents)) {
    signal?.throwIfAborted();
    const closedWhy = closed.has(record.source)
      ? 'closed to training'
      : internal.has(record.id)
        ? 'for agents only'
        : undefined;
    const found = closedWhy ?? questionsOfConversation(await redacted(record, tools), labelsOf(record.id));
    if (typeof found === 'string') count(found);
    else questions.push(...found);
  }
  questions.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1));
  const sections = sectionsOf(contents.documents, contents.chunks, closed).slice(0, mostSections);
  return { questions: [...questions, ...sections], leftOut };
}

/** Those that were ingested have been through it; of this desk's own only patterns were taken out yet. */
async function redacted(
  record: ConversationRecord,
  { redactor, entities, isPublished }: Omit<GatherTools, 'mostSections'>,
): Promise<ConversationRecord> {
  if (record.origin === 'past') return record;
  const said = record.turns.map(({ text }) => text);
  const { texts } = redactConversation(said, { redactor, entities: await entities.find(said), isPublished });
  return { ...record, turns: record.turns.map((turn, index) => ({ ...turn, text: texts[index]! })) };
}

async function readLabels(dataDir: string): Promise<(conversation: string) => Labels> {
  const folder = labelsFolder(dataDir);
  const gold = agreedValues((await readGoldLabels(folder)).current);
  const weak = new Map<string, WeakRow['labels']>();
  for await (const { conversation, labels } of readWeakRows(weakFile(folder))) weak.set(conversation, labels);
  return (conversation) => {
    const labels: Labels = {};
    for (const kind of labelKinds) {
      const value = gold.get(goldKey(conversation, kind)) ?? weak.get(conversation)?.[kind as WeakKind]?.[0];
      if (value !== undefined) labels[kind] = value;
    }
    return labels;
  };
}

function sectionsOf(
  documents: readonly Document[],
  chunks: readonly Chunk[],
  closed: ReadonlySet<string>,
): AnsweredQuestion[] {
  const open = new Set(
    documents
      .filter(
        ({ metadata: { kind, audience, source, supersededBy } }) =>
          kind === 'article' && audience === 'customer' && supersededBy === undefined && !closed.has(source),
      )
      .map(({ id }) => id),
  );
  return chunks
    .filter(({ documentId }) => open.has(documentId))
    .flatMap((chunk) => questionOfSection(chunk) ?? []);
}
