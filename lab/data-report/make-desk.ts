// A data folder with as many conversations as wanted, made of the sample company's: half of them ingested, half of them the desk's own, each
// in other words than the next.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chunk, Document } from '#core/document.ts';
import { packagePath } from '#core/package-root.ts';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { openSqliteConversationStore, type SqliteStore } from '#storage/sqlite/sqlite-conversation-store.ts';

const openings = [
  '',
  'Hi, ',
  'hello there, ',
  'Good morning. ',
  'quick question: ',
  'sorry to bother you, ',
  'me again. ',
];
const endings = [
  '',
  ' thanks',
  ' Any idea?',
  ' It was fine last week.',
  ' I have asked before.',
  ' Please help',
  ' !!!',
  ' no rush',
];
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** What the endpoint of main.ts is called. */
export const madeModelId = 'openai:test';
/** Written to the database at once: it syncs for all of them together. */
const atOnce = 400;
const dayMs = 86_400_000;
const firstDay = Date.UTC(2025, 0, 1);

/** `sampleDir`: a data folder in which the sample company is published. */
export async function makeDesk(sampleDir: string, dataDir: string, conversations: number): Promise<void> {
  const past = Math.floor(conversations / 2);
  await publishPast(sampleDir, dataDir, past);
  const questions = await readQuestions();
  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
  try {
    for (let from = past; from < conversations; from += atOnce)
      await Promise.all(
        Array.from({ length: Math.min(atOnce, conversations - from) }, (_, at) =>
          addConversation(store, questions, from + at),
        ),
      );
  } finally {
    await store.close();
  }
}

async function publishPast(sampleDir: string, dataDir: string, count: number): Promise<void> {
  using sample = (await openCurrentContents(sampleDir))!;
  const articles = sample.documents.filter(({ metadata }) => metadata.kind === 'article');
  const talks = sample.documents.filter(({ metadata }) => metadata.kind === 'transcript');
  const rowsOf = Map.groupBy(sample.chunks.keys(), (row) => sample.chunks[row]!.documentId);
  const embedder = createHashingEmbedder();
  const vectors = await embedder.embedDocuments(sample.chunks.map(({ text }) => text));
  const copies = Array.from({ length: count }, (_, at): [Document, number] => [
    talks[at % talks.length]!,
    at,
  ]);
  const documents: Document[] = [...articles];
  const chunks: Chunk[] = [];
  const rows: number[] = [];
  const add = (document: Document, original: Document) => {
    if (document !== original) documents.push(document);
    for (const row of rowsOf.get(original.id) ?? []) {
      const { id, blocks: _blocks, ...chunk } = sample.chunks[row]!;
      if (document === original) chunks.push({ id, ...chunk });
      else {
        const shift = document.pageContent.length - original.pageContent.length;
        const start = chunk.start === 0 ? 0 : chunk.start + shift;
        const end = chunk.end + shift;
        const text = document.pageContent.slice(start, end);
        const { quotable: _quotable, ...made } = { ...chunk, ...document.metadata, start, end, text };
        chunks.push({ ...made, id: `${document.id}#${chunk.ordinal}`, documentId: document.id });
      }
      rows.push(row);
    }
  };
  for (const article of articles) add(article, article);
  for (const [talk, at] of copies) {
    const heading = /^## (.*)\n/.exec(talk.pageContent);
    const text = heading ? talk.pageContent.slice(heading[0].length) : talk.pageContent;
    const question = heading?.[1] ?? '';
    const { quotable: _quotable, ...metadata } = talk.metadata;
    const document: Document = {
      id: `made-${at}`,
      pageContent: `## ${varied(question, at)}\n${text}`,
      metadata: { ...metadata, updated: new Date(firstDay + (at % 600) * dayMs).toISOString() },
    };
    add(document, talk);
  }
  await publishGeneration({
    dataDir,
    documents,
    chunks,
    vectors: rows.map((row) => vectors[row]!),
    modelId: madeModelId,
    dimensions: embedder.dimensions,
    // The graph is none of the report's business.
    exactLimit: Number.POSITIVE_INFINITY,
  });
}

async function readQuestions(): Promise<string[]> {
  const lines = (await readFile(packagePath('data/evals/golden.jsonl'), 'utf8')).trim().split('\n');
  return lines.flatMap((line) => {
    const { turns } = JSON.parse(line) as { turns: { role: string; text: string }[] };
    return turns.filter(({ role }) => role === 'customer').map(({ text }) => text);
  });
}

async function addConversation(
  store: SqliteStore,
  questions: readonly string[],
  number: number,
): Promise<void> {
  const { conversation } = await store.create(defaultTenant, { language: 'en' });
  const key = inDefaultTenant(conversation.id);
  const createdAt = new Date(firstDay + number * 60_000).toISOString();
  const text = varied(questions[number % questions.length]!, number);
  await store.addMessage(key, { id: 'q', author: 'customer', text, createdAt }, 'a');
  const decision = number % 4 === 0 ? 'decline' : 'answer';
  const message = {
    id: 'a',
    author: 'bot' as const,
    text:
      decision === 'decline'
        ? 'I cannot answer that.'
        : 'Turn the dial until it clicks, then wait for ten seconds.',
    createdAt,
    decision,
    citations: [],
    replyTo: 'q',
  } as const;
  await store.append([{ key, event: { type: 'answer-end', message, reason: 'complete' } }]);
  if (number % 11 === 0)
    await store.recordFeedback(key, { messageId: 'a', rating: number % 3 ? 'up' : 'down', at: createdAt });
}

function varied(question: string, number: number): string {
  const opening = openings[number % openings.length]!;
  const ending = endings[Math.floor(number / 7) % endings.length]!;
  return `${opening}${question} Since ${days[number % 7]} of week ${Math.floor(number / 60) + 1}.${ending}`;
}
