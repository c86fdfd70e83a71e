// The documents of one source, without duplicates. Articles come as they are read; transcripts at the end, because what all agents say and
// what the articles call things is only known then.
import { createHash } from 'node:crypto';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { isGeneral } from '#knowledge/transcripts/general-sentence.ts';
import { createTeamVocabulary } from '#knowledge/transcripts/team-vocabulary.ts';
import { cleanText } from '#parse/clean.ts';
import type { ParsedBlock } from '#parse/parsed-text.ts';
import { type ErasedPeople, emailsIn } from '#privacy/erased-people.ts';
import { createPublishedWords, type PublishedWords } from '#redact/published-words.ts';
import { speaksOfOneCase } from '#redact/value-veto.ts';
import { createBoilerplate } from './clean/boilerplate.ts';
import { createInternalFacts } from './clean/internal-facts.ts';
import { createNearDuplicates } from './clean/near-duplicates.ts';
import { type Conversation, plainTurn, transcriptToDocument } from './clean/transcript.ts';
import type { ArticleItem, ConversationItem, Origin, ProblemItem, SourceItem } from './item.ts';
import { createItemReader, type NamedConversation, type ReadArticle } from './item-reader.ts';
import { createPageQueue } from './page-queue.ts';
import { createPause } from './pause.ts';
import type { SourceCounts, SourceOptions } from './source-options.ts';

export interface ReadDocument {
  readonly document: Document;
  /** The published one: its passages stay, too. */
  readonly kept?: boolean;
  /** As its parser found them; absent for a transcript, whose lines say what they are. */
  readonly blocks?: readonly ParsedBlock[];
}

/** Documents between two looks at whether somebody wants to stop. */
const learntAtOnce = 50;
/** A model reads many turns much faster together. */
const turnsAtOnce = 512;

export async function* readDocuments(
  items: AsyncIterable<SourceItem>,
  options: SourceOptions,
  { counts, signal }: CallOptions & { readonly counts: SourceCounts },
): AsyncGenerator<ReadDocument> {
  const origins = new Map<string, Origin>();
  const contents = new Set<string>();
  const conversations: Conversation[] = [];
  const keptTranscripts: Document[] = [];
  const internalFacts = createInternalFacts();
  const words = createPublishedWords(options.publishedNames);
  const vocabulary = createTeamVocabulary();
  // Learning takes a third of a run in which little has changed, and only conversations and texts that are redacted ask for it.
  const unlearnt: Document[] = [...(options.otherDocuments ?? [])];
  const learn = (most = unlearnt.length) => {
    for (const document of unlearnt.splice(0, most)) {
      const { pageContent, metadata } = document;
      words.learn(document);
      if (metadata.kind !== 'article') continue;
      internalFacts.learn(pageContent, metadata.audience);
      if (metadata.audience === 'customer') vocabulary.learn(`${metadata.title}\n${pageContent}`);
    }
  };
  const published: Pick<PublishedWords, 'has'> = {
    has(word) {
      learn();
      return words.has(word);
    },
  };
  const report = (problem: ProblemItem) => {
    counts.quarantined += 1;
    options.onProblem(problem);
  };
  const isNewId = (id: string, origin: Origin): boolean => {
    const first = origins.get(id);
    if (first === undefined) origins.set(id, origin);
    else
      report({
        type: 'problem',
        origin,
        reason: `id used before (${first.file}${first.line ? ` line ${first.line}` : ''}); the first is kept`,
      });
    return first === undefined;
  };
  const isNewContent = (document: Document): boolean => {
    const key = contentKey(document);
    if (contents.has(key)) counts.duplicates += 1;
    return contents.size !== contents.add(key).size;
  };

  const count = (document: Document): Document => {
    const { kind, audience } = document.metadata;
    unlearnt.push(document);
    counts[kind === 'article' ? 'articles' : 'transcripts'] += 1;
    if (audience === 'internal') counts.internal += 1;
    return document;
  };
  /** Closed to customers where it tells what only agents-only articles say. */
  const closeIfItTells = (document: Document): Document => {
    if (document.metadata.audience !== 'customer') return document;
    learn();
    if (!internalFacts.foundIn(document.pageContent)) return document;
    counts.withInternalFacts += 1;
    return { ...document, metadata: { ...document.metadata, audience: 'internal' } };
  };

  const read = createItemReader(options, counts, published);
  const newArticle = ({ document, blocks }: ReadArticle): ReadDocument[] =>
    isNewContent(document) ? [{ document: count(document), blocks }] : [];

  const pages = createPageQueue(options.memory);
  const pause = createPause({ signal });
  const pending: NamedConversation[] = [];
  for await (const item of items) {
    await pause();
    if (item.type === 'problem') {
      if (item.isNote) options.onProblem(item);
      else report(item);
      continue;
    }
    if (item.type === 'kept') {
      const document = options.published?.get(publishedId(item.id, options));
      if (document && isNewId(document.id, item.origin)) {
        const { kind, subjects = [], updated } = document.metadata;
        if (subjects.some((hash) => options.erased?.isErased(hash))) counts.erased += 1;
        else if (kind === 'transcript' && isExpired(updated, options)) counts.expired += 1;
        else if (kind === 'transcript') keptTranscripts.push(document);
        else if (isNewContent(document)) yield { document: count(document), kept: true };
      } else if (!document && !item.mayBeLeftOut)
        report({ type: 'problem', origin: item.origin, reason: 'said to be unchanged, but not published' });
      continue;
    }
    if (item.type === 'questions') {
      options.onQuestions?.(read.questions(item));
      continue;
    }
    const id = publishedId(item.id, options);
    if (!isNewId(id, item.origin)) continue;
    if (item.type === 'card') {
      options.onCard?.({ id, ...read.card(item) });
      continue;
    }
    if (item.type === 'conversation') {
      const subjects = subjectsOf(item, options.erased);
      if (subjects.some((hash) => options.erased?.isErased(hash))) counts.erased += 1;
      else if (isExpired(endOf(item), options)) counts.expired += 1;
      else pending.push({ item, id, subjects });
      continue;
    }
    countUnknownVisibility(item, counts);
    const article = read.article(withoutErased(item, options.erased), id);
    const { document, note } = article;
    for (const reason of [item.note, note])
      if (reason) options.onProblem({ type: 'problem', origin: item.origin, reason });
    if (document.pageContent === '')
      report({ type: 'problem', origin: item.origin, reason: 'no text is left when markup is taken out' });
    else if (article.isPage) yield* pages.add(article).flatMap(newArticle);
    else yield* newArticle(article);
  }
  yield* pages.finish().flatMap(newArticle);

  const nearDuplicates = createNearDuplicates();
  while (keptTranscripts.length + pending.length > 0 && unlearnt.length > 0) {
    learn(learntAtOnce);
    await pause();
  }
  for (const document of keptTranscripts) {
    await pause();
    nearDuplicates.addOrFind(document.pageContent);
    const told = closeIfItTells(document);
    yield { document: count(told), kept: told === document };
  }
  for (const batch of batchesOf(pending)) {
    for await (const conversation of read.conversations(batch)) {
      conversations.push(conversation);
      await pause();
    }
  }
  const boilerplate = createBoilerplate();
  for (const conversation of conversations) {
    boilerplate.learn(agentTexts(conversation));
    await pause();
  }
  for (const conversation of conversations) {
    await pause();
    const { language, labels } = conversation;
    const document = transcriptToDocument(conversation, boilerplate, (sentence) =>
      isGeneral(sentence, { language, labels, vocabulary, namesSomebody: speaksOfOneCase }),
    );
    if (!document) counts.withoutResolution += 1;
    else if (nearDuplicates.addOrFind(document.pageContent)) counts.nearDuplicates += 1;
    else yield { document: count(closeIfItTells(document)) };
  }
}

/** Hashes of whose it is: as the source says, else of the addresses that customers name themselves. */
function subjectsOf(
  { people, turns }: ConversationItem,
  erased: ErasedPeople | undefined,
): readonly string[] {
  if (!erased) return [];
  const said = turns.filter(({ role }) => role === 'customer').flatMap(({ text }) => emailsIn(text));
  const addresses = people && people.length > 0 ? people : said;
  return [...new Set(addresses.map(erased.hashOf))];
}

/** As `transcriptToDocument` dates it. */
function endOf({ turns }: ConversationItem): string | undefined {
  const time = turns.findLast((turn) => turn.time !== undefined)?.time;
  return time === undefined ? undefined : new Date(time).toISOString();
}

function isExpired(ended: string | undefined, { transcriptsSince }: SourceOptions): boolean {
  return ended !== undefined && transcriptsSince !== undefined && ended < transcriptsSince;
}

function withoutErased(item: ArticleItem, erased: ErasedPeople | undefined): ArticleItem {
  return erased ? { ...item, title: erased.without(item.title), body: erased.without(item.body) } : item;
}

/** Conversations stay whole. */
function* batchesOf(conversations: readonly NamedConversation[]): Generator<NamedConversation[]> {
  let batch: NamedConversation[] = [];
  let turns = 0;
  for (const conversation of conversations) {
    batch.push(conversation);
    turns += conversation.item.turns.length;
    if (turns < turnsAtOnce) continue;
    yield batch;
    batch = [];
    turns = 0;
  }
  if (batch.length > 0) yield batch;
}

/** What a document is called in the knowledge base that its source calls `id`. */
export function publishedId(id: string, { idPrefix = '' }: Pick<SourceOptions, 'idPrefix'>): string {
  return idPrefix + cleanText(id).text;
}

/** More different ones are counted as others: what says it may be any text. */
const mostUnknownWords = 50;

function countUnknownVisibility(
  { unknownVisibility: word }: ArticleItem,
  { unknownVisibility: counted }: SourceCounts,
): void {
  if (word === undefined) return;
  const key = word in counted || Object.keys(counted).length < mostUnknownWords ? word : 'others';
  counted[key] = (counted[key] ?? 0) + 1;
}

function contentKey({ metadata: { title, audience }, pageContent }: Document): string {
  return createHash('sha256')
    .update(JSON.stringify([audience, title, pageContent]))
    .digest('base64');
}

function agentTexts({ turns }: Conversation): string[] {
  return turns.filter(({ role }) => role === 'agent').map(({ text }) => plainTurn(text));
}
