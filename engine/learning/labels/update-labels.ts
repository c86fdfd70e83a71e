// Labels every conversation: reads each one, lets the functions vote, fits the label model on all votes, writes labels/weak.jsonl.
// Conversations stream through twice and none is kept: what stays in memory is how often each pattern of votes came.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { shippedReader } from '../dialogue-acts/shipped-reader.ts';
import { embedTexts } from '../intents/embed-texts.ts';
import { type ConversationRecord, outcomeOf, type ReadConversation } from './conversation-record.ts';
import { agreedValues, goldKey, readGoldLabels } from './gold-labels.ts';
import type { WeakKind } from './label-kinds.ts';
import type { LabellingFunction } from './labelling-function.ts';
import { type ArticlePassages, readConversation } from './read-conversation.ts';
import { createTally, type FittedLabels } from './tally-votes.ts';
import { readWeakRows, type WeakRow, weakFile } from './weak-labels.ts';

export interface UpdateRequest extends LabellingRules {
  /** `labels` in the data folder. */
  readonly folder: string;
  /** All of them, once each, in any order. */
  conversations(): AsyncIterable<ConversationRecord>;
  /** Of what the functions depend on: taxonomy, products, groups, articles. Another one has every conversation read again. */
  readonly stamp: string;
}

/** What votes, and what its functions need. */
export interface LabellingRules {
  readonly functions: readonly LabellingFunction[];
  /** Absent on a desk without a knowledge base: functions that need a vector abstain. */
  readonly embedder?:
    | Pick<Embedder, 'embedQuery' | 'embedDocuments' | 'modelId' | 'dimensions' | 'close'>
    | undefined;
  readonly articles?: ArticlePassages | undefined;
}

export interface UpdateSummary {
  readonly conversations: number;
  /** As at the last update. */
  readonly unchanged: number;
  /** By kind, which share of the conversations has a label. */
  readonly labelled: Readonly<Partial<Record<WeakKind, number>>>;
  readonly fitted: FittedLabels;
}

/** Read by models at once. */
const batchSize = 64;

export async function updateLabels(
  request: UpdateRequest,
  { signal, progress }: CallOptions & { readonly progress?: ((done: number) => void) | undefined } = {},
): Promise<UpdateSummary> {
  const { folder } = request;
  await mkdir(folder, { recursive: true });
  const gold = agreedValues((await readGoldLabels(folder)).current);
  const before = new Map<string, string>();
  for await (const row of readWeakRows(weakFile(folder))) before.set(row.conversation, JSON.stringify(row));
  const votesPath = join(folder, `.votes.${process.pid}`);
  const labelsPath = join(folder, `.weak.${process.pid}`);
  const tally = createTally((conversation, kind) => gold.get(goldKey(conversation, kind)));
  let conversations = 0;
  let unchanged = 0;
  try {
    await writeLines(votesPath, async function* () {
      for await (const batch of batches(request.conversations(), batchSize)) {
        signal?.throwIfAborted();
        const known = batch.map((record) => knownRow(record, { before, stamp: request.stamp }));
        const fresh = batch.filter((_, at) => known[at] === undefined);
        const rows = await votedRows(fresh, request, { signal });
        for (const at of batch.keys()) {
          const row = known[at] ?? rows.shift()!;
          if (known[at]) unchanged += 1;
          tally.add(row);
          conversations += 1;
          yield JSON.stringify(row);
        }
        progress?.(conversations);
      }
    });
    const fitted = tally.fit();
    const counts: Partial<Record<WeakKind, number>> = {};
    await writeLines(labelsPath, async function* () {
      for await (const row of readWeakRows(votesPath)) {
        const labels = fitted.labelsOf(row);
        for (const kind of Object.keys(labels) as WeakKind[]) counts[kind] = (counts[kind] ?? 0) + 1;
        yield JSON.stringify({ ...row, labels });
      }
    });
    signal?.throwIfAborted();
    await rename(labelsPath, weakFile(folder));
    const labelled = Object.fromEntries(
      Object.entries(counts).map(([kind, count]) => [kind, count / Math.max(1, conversations)]),
    );
    return { conversations, unchanged, labelled, fitted };
  } finally {
    await rm(votesPath, { force: true });
    await rm(labelsPath, { force: true });
  }
}

function hashOf(record: ConversationRecord, stamp: string): string {
  return createHash('sha256')
    .update(JSON.stringify([stamp, record]))
    .digest('base64url')
    .slice(0, 22);
}

function knownRow(
  record: ConversationRecord,
  { before, stamp }: { readonly before: Map<string, string>; readonly stamp: string },
): WeakRow | undefined {
  const line = before.get(record.id);
  const row = line === undefined ? undefined : (JSON.parse(line) as WeakRow);
  return row?.hash === hashOf(record, stamp) ? row : undefined;
}

async function votedRows(
  records: readonly ConversationRecord[],
  { stamp, ...rules }: LabellingRules & Pick<UpdateRequest, 'stamp'>,
  options: CallOptions,
): Promise<WeakRow[]> {
  const conversations = await readByModels(records, rules, options);
  return records.map((record, at): WeakRow => {
    const { nearest } = conversations[at]!;
    return {
      conversation: record.id,
      origin: record.origin,
      source: record.source,
      ...(record.at === undefined ? {} : { at: record.at }),
      hash: hashOf(record, stamp),
      characters: record.turns.reduce((sum, { text }) => sum + text.length, 0),
      turns: record.turns.length,
      ...(nearest ? { nearest } : {}),
      outcome: outcomeOf(record),
      votes: castVotes(conversations[at]!, rules.functions),
      labels: {},
    };
  });
}

/** What the functions say of conversations that are not kept. */
export async function votesOn(
  records: readonly ConversationRecord[],
  rules: LabellingRules,
  options: CallOptions = {},
): Promise<WeakRow['votes'][]> {
  const conversations = await readByModels(records, rules, options);
  return conversations.map((conversation) => castVotes(conversation, rules.functions));
}

async function readByModels(
  records: readonly ConversationRecord[],
  { embedder, articles }: LabellingRules,
  { signal }: CallOptions,
): Promise<ReadConversation[]> {
  const told = records.filter(({ problem }) => problem !== '');
  const vectors =
    embedder && told.length > 0
      ? await embedTexts(
          embedder,
          told.map(({ problem }) => problem),
          { signal },
        )
      : [];
  const vectorOf = new Map(vectors.map((vector, at) => [told[at]!, vector]));
  return records.map((record) =>
    readConversation(record, { acts: shippedReader(), articles, vector: vectorOf.get(record) }),
  );
}

function castVotes(
  conversation: ReadConversation,
  functions: readonly LabellingFunction[],
): WeakRow['votes'] {
  const votes: WeakRow['votes'] = {};
  for (const { name, kind, vote } of functions) {
    const cast = vote(conversation);
    if (!cast) continue;
    const ofKind = votes[kind] ?? [];
    votes[kind] = ofKind;
    ofKind.push([name, cast.value, Math.round(cast.confidence * 1000) / 1000]);
  }
  return votes;
}

export async function* batches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function writeLines(path: string, lines: () => AsyncGenerator<string>): Promise<void> {
  const file = createWriteStream(path);
  const done = finished(file);
  done.catch(() => {});
  try {
    for await (const line of lines())
      if (!file.write(`${line}\n`)) await Promise.race([once(file, 'drain'), done]);
  } catch (error) {
    file.destroy();
    throw error;
  }
  file.end();
  await done;
}
