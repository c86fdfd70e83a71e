// Documents taken out of the knowledge base, or changed in it, and out of every generation that is kept for a rollback.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnswerCard } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type Chunk, chunkContext, chunkOf, type Document } from '#core/document.ts';
import { isAbortError } from '#core/errors.ts';
import type { SectionQuestions, SettledQuestions } from '#core/section-questions.ts';
import { termsBySource } from '#core/source-terms.ts';
import { parseCards, parseDocuments, parseQuestions } from '#knowledge/generations/chunk-records.ts';
import { generationFiles } from '#knowledge/generations/generation-files.ts';
import {
  generationFolder,
  listGenerations,
  readCurrentId,
  writeCurrentId,
} from '#knowledge/generations/generation-folder.ts';
import {
  cardQuestions,
  type GenerationContents,
  openCurrentContents,
} from '#knowledge/generations/generation-reader.ts';
import { publishGeneration } from '#knowledge/generations/generation-writer.ts';
import { settleQuestions, usedQuestions } from '#knowledge/questions/sections.ts';

/** What is to become of a document and of a text. */
export interface DocumentRule {
  /** False: it goes. */
  keeps(document: Document): boolean;
  /** The same length; only what a kept document, a card or a written question says. */
  covered?(text: string): string;
}

export interface DocumentChange extends CallOptions {
  readonly dataDir: string;
  readonly rule: DocumentRule;
  /** Vectors of texts that were changed. */
  readonly embed?: ((texts: readonly string[]) => Promise<readonly Float32Array[]>) | undefined;
}

export interface DocumentsChanged {
  readonly removed: readonly Document[];
  /** Ids of documents and cards whose text was covered; a question that was written for a section counts as its article's. */
  readonly covered: readonly string[];
  /** The one in use now, if another had to be published. */
  readonly generation?: string;
  /** Generations that are gone. */
  readonly generations: readonly string[];
  /** Passages and questions whose vectors are still those of the text before, because the model could not be asked. */
  readonly staleVectors: number;
}

/** What the rule says of the generation in use; nothing is changed. */
export async function applyRule(
  dataDir: string,
  rule: DocumentRule,
): Promise<Pick<DocumentsChanged, 'removed' | 'covered'>> {
  using contents = await openCurrentContents(dataDir);
  if (!contents) return { removed: [], covered: [] };
  const { documents, cards, questions } = contents;
  const removed = documents.filter((document) => !rule.keeps(document));
  const changed = [...documents.filter(rule.keeps), ...cards, ...questions].filter((one) =>
    isCoveredIn(one, rule),
  );
  const ids = changed.map((one) => ('documentId' in one ? one.documentId : one.id));
  return { removed, covered: [...new Set(ids)] };
}

/**
 * Publishes the knowledge base as the rule wants it, then removes older generations that hold what had to go: nobody rolls back to them.
 * For who holds the lock of ingestion. Rejects as `publishGeneration` does.
 */
export async function changeDocuments(change: DocumentChange): Promise<DocumentsChanged> {
  const { dataDir, rule, signal } = change;
  const { removed, covered } = await applyRule(dataDir, rule);
  const published = removed.length + covered.length > 0 ? await publishChanged(change) : undefined;
  const generations: string[] = [];
  const current = await readCurrentId(dataDir);
  for (const id of await listGenerations(dataDir)) {
    signal?.throwIfAborted();
    const folder = generationFolder(dataDir, id);
    if (id === current || (await isClean(folder, rule))) continue;
    await rm(folder, { recursive: true, force: true });
    generations.push(id);
  }
  const { generation, staleVectors = 0 } = published ?? {};
  return { removed, covered, generations, staleVectors, ...(generation === undefined ? {} : { generation }) };
}

/** Undefined if nothing is left to publish. */
async function publishChanged({
  dataDir,
  rule,
  embed,
  signal,
}: DocumentChange): Promise<{ readonly generation: string; readonly staleVectors: number } | undefined> {
  using contents = (await openCurrentContents(dataDir))!;
  const documents = contents.documents.filter(rule.keeps).map((document) => coverDocument(document, rule));
  const byId = new Map(documents.map((document) => [document.id, document]));
  const rows = contents.chunks.flatMap(({ documentId }, row) => (byId.has(documentId) ? [row] : []));
  if (rows.length === 0) {
    // The generations go with the others.
    await writeCurrentId(dataDir, undefined);
    return undefined;
  }
  const chunks = rows.map((row) =>
    chunkOf(byId.get(contents.chunks[row]!.documentId)!, placeOf(contents.chunks[row]!, rule)),
  );
  const cards = contents.cards.map((card) => coverCard(card, rule));
  const questions = coverQuestions(contents.questions, chunks, rule);
  const { stale, ...vectors } = await changedVectors(contents, { rows, chunks, cards, questions, embed });
  const { modelId, dimensions, sources } = contents.info;
  const { id } = await publishGeneration(
    {
      dataDir,
      documents,
      chunks,
      cards,
      questions,
      ...vectors,
      terms: termsBySource(sources),
      modelId,
      dimensions,
    },
    { signal },
  );
  return { generation: id, staleVectors: stale };
}

interface Changed {
  /** Of the contents, for each of `chunks`. */
  readonly rows: readonly number[];
  readonly chunks: readonly Chunk[];
  readonly cards: readonly AnswerCard[];
  readonly questions: readonly SettledQuestions[];
  readonly embed: DocumentChange['embed'];
}

/** Vectors as they were, but for texts that have changed: a vector tells something of its text. */
async function changedVectors(
  contents: GenerationContents,
  { rows, chunks, cards, questions, embed }: Changed,
) {
  const cardTexts = cardQuestions(cards);
  const firstQuestion = rows.length + cardTexts.length;
  const texts = [...chunks.map(chunkContext), ...cardTexts, ...usedQuestions(questions)];
  const questionRows = rowsOfStillUsed(contents.questions, questions);
  const questionsBefore = usedQuestions(contents.questions);
  const before = [
    ...rows.map((row) => chunkContext(contents.chunks[row]!)),
    ...cardQuestions(contents.cards),
    ...questionRows.map((row) => questionsBefore[row]!),
  ];
  const others = texts.flatMap((text, index) => (text === before[index] ? [] : [index]));
  const anew = await embedded(
    others.map((index) => texts[index]!),
    embed,
  );
  const fresh = new Map(others.map((index, at) => [index, anew[at]]));
  const vectorBefore = (index: number) => {
    if (index < rows.length) return contents.vectorAt(rows[index]!);
    return index < firstQuestion
      ? contents.cardVectorAt(index - rows.length)
      : contents.questionVectorAt(questionRows[index - firstQuestion]!);
  };
  const vectorAt = (index: number) => fresh.get(index) ?? vectorBefore(index);
  return {
    stale: others.length - anew.length,
    vectors: Iterator.from(rows.keys()).map(vectorAt),
    cardVectors: Iterator.from(cardTexts.keys()).map((index) => vectorAt(rows.length + index)),
    questionVectors: Iterator.from(questionRows.keys()).map((index) => vectorAt(firstQuestion + index)),
  };
}

/** Of each question that is still used, the row of its vector before. Both are entry for entry the same. */
function rowsOfStillUsed(before: readonly SettledQuestions[], after: readonly SettledQuestions[]): number[] {
  let next = 0;
  return before.flatMap(({ state, questions }, entry) => {
    if (state !== 'used') return [];
    const first = next;
    next += questions.length;
    return after[entry]!.state === 'used' ? questions.map((_, index) => first + index) : [];
  });
}

/** None where the model cannot be asked: what has to go must not wait for it. */
async function embedded(
  texts: readonly string[],
  embed: DocumentChange['embed'],
): Promise<readonly Float32Array[]> {
  if (texts.length === 0 || !embed) return [];
  try {
    return await embed(texts);
  } catch (error) {
    if (isAbortError(error)) throw error;
    return [];
  }
}

function placeOf({ id, ordinal, headingPath, start, end, blocks }: Chunk, rule: DocumentRule) {
  const place = { id, ordinal, headingPath: headingPath.map((heading) => cover(heading, rule)), start, end };
  return blocks === undefined ? place : { ...place, blocks };
}

function coverDocument(document: Document, rule: DocumentRule): Document {
  const { pageContent, metadata } = document;
  const { title, url } = metadata;
  return {
    ...document,
    pageContent: cover(pageContent, rule),
    metadata: {
      ...metadata,
      title: cover(title, rule),
      ...(url === undefined ? {} : { url: cover(url, rule) }),
    },
  };
}

function coverCard(card: AnswerCard, rule: DocumentRule): AnswerCard {
  const { questions, answer, author, reviewer } = card;
  return {
    ...card,
    questions: questions.map((question) => cover(question, rule)),
    answer: cover(answer, rule),
    ...(author === undefined ? {} : { author: cover(author, rule) }),
    ...(reviewer === undefined ? {} : { reviewer: cover(reviewer, rule) }),
  };
}

/** What was not used before has no vector, and is not used now. */
function coverQuestions(
  before: readonly SettledQuestions[],
  chunks: readonly Chunk[],
  rule: DocumentRule,
): SettledQuestions[] {
  const covered = before.map((entry) => coverEntry(entry, rule));
  return settleQuestions(covered, chunks).map((entry, index) => {
    const { state } = before[index]!;
    if (state === 'used') return entry;
    const { places: _places, ...unused } = entry;
    return { ...unused, state, passages: [] };
  });
}

function coverEntry<Entry extends SectionQuestions>(entry: Entry, rule: DocumentRule): Entry {
  const coverAll = (texts: readonly string[]) => texts.map((text) => cover(text, rule));
  const { headingPath, questions, answers } = entry;
  return {
    ...entry,
    headingPath: coverAll(headingPath),
    questions: coverAll(questions),
    ...(answers === undefined ? {} : { answers: answers.map(coverAll) }),
  };
}

function cover(text: string, { covered }: DocumentRule): string {
  return covered ? covered(text) : text;
}

function isCoveredIn(one: Document | AnswerCard | SectionQuestions, rule: DocumentRule): boolean {
  if (!rule.covered) return false;
  const changed =
    'pageContent' in one
      ? coverDocument(one, rule)
      : 'documentId' in one
        ? coverEntry(one, rule)
        : coverCard(one, rule);
  return JSON.stringify(changed) !== JSON.stringify(one);
}

/** One that cannot be read cannot be trusted to be clean. */
async function isClean(folder: string, rule: DocumentRule): Promise<boolean> {
  try {
    const documents = parseDocuments(await readFile(join(folder, generationFiles.documents)));
    const readIfThere = (name: string) => readFile(join(folder, name)).catch(() => Buffer.alloc(0));
    const cards = parseCards(await readIfThere(generationFiles.cards));
    const questions = parseQuestions(await readIfThere(generationFiles.questions));
    return (
      documents.every(rule.keeps) &&
      ![...documents, ...cards, ...questions].some((one) => isCoveredIn(one, rule))
    );
  } catch {
    return false;
  }
}
