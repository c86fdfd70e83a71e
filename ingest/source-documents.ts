// The documents of one source, without duplicates. Articles come as they are read; transcripts at the end, because what all agents say
// is only known then.
import { createHash } from 'node:crypto';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { isGeneral } from '#knowledge/transcripts/general-sentence.ts';
import { createTeamVocabulary } from '#knowledge/transcripts/team-vocabulary.ts';
import { createBoilerplate } from './clean/boilerplate.ts';
import { cleanText } from './clean/clean.ts';
import { createInternalFacts } from './clean/internal-facts.ts';
import { createNearDuplicates } from './clean/near-duplicates.ts';
import { type Conversation, plainTurn, transcriptToDocument } from './clean/transcript.ts';
import type { Origin, ProblemItem, SourceItem } from './item.ts';
import { createItemReader } from './item-reader.ts';
import type { ParsedBlock } from './parse/parsed-text.ts';
import { createPause } from './pause.ts';
import type { SourceCounts, SourceOptions } from './source-options.ts';

export interface ReadDocument {
  readonly document: Document;
  /** The published one: its passages stay, too. */
  readonly kept?: boolean;
  /** As its parser found them; absent for a transcript, whose lines say what they are. */
  readonly blocks?: readonly ParsedBlock[];
}

export async function* readDocuments(
  items: AsyncIterable<SourceItem>,
  options: SourceOptions,
  { counts, signal }: CallOptions & { readonly counts: SourceCounts },
): AsyncGenerator<ReadDocument> {
  const origins = new Map<string, Origin>();
  const contents = new Set<string>();
  const conversations: Conversation[] = [];
  const internalFacts = createInternalFacts();
  const vocabulary = createTeamVocabulary();
  const learn = ({ pageContent, metadata }: Document) => {
    if (metadata.kind !== 'article') return;
    internalFacts.learn(pageContent, metadata.audience);
    if (metadata.audience === 'customer') vocabulary.learn(`${metadata.title}\n${pageContent}`);
  };
  options.otherDocuments?.forEach(learn);
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

  const keepDocument = (document: Document): ReadDocument => {
    const { kind, audience } = document.metadata;
    contents.add(contentKey(document));
    learn(document);
    counts[kind === 'article' ? 'articles' : 'transcripts'] += 1;
    if (audience === 'internal') counts.internal += 1;
    return { document, kept: true };
  };

  const read = createItemReader(options, counts);
  const pause = createPause({ signal });
  for await (const item of items) {
    await pause();
    if (item.type === 'problem') {
      report(item);
      continue;
    }
    if (item.type === 'kept') {
      const document = options.published?.get(item.id);
      if (!document)
        report({ type: 'problem', origin: item.origin, reason: 'said to be unchanged, but not published' });
      else if (isNewId(item.id, item.origin)) yield keepDocument(document);
      continue;
    }
    const id = (options.idPrefix ?? '') + cleanText(item.id).text;
    if (!isNewId(id, item.origin)) continue;
    if (item.type === 'card') {
      options.onCard?.({ id, ...read.card(item) });
      continue;
    }
    if (item.type === 'conversation') {
      conversations.push(read.conversation(item, id));
      continue;
    }
    const { document, blocks, note } = read.article(item, id);
    if (note) options.onProblem({ type: 'problem', origin: item.origin, reason: note });
    if (document.pageContent === '')
      report({ type: 'problem', origin: item.origin, reason: 'no text is left when markup is taken out' });
    else if (isNewContent(document)) {
      learn(document);
      counts.articles += 1;
      if (document.metadata.audience === 'internal') counts.internal += 1;
      yield { document, blocks };
    }
  }

  const boilerplate = createBoilerplate();
  for (const conversation of conversations) {
    boilerplate.learn(agentTexts(conversation));
    await pause();
  }
  const nearDuplicates = createNearDuplicates();
  for (const conversation of conversations) {
    await pause();
    const { language, labels } = conversation;
    const document = transcriptToDocument(conversation, boilerplate, (sentence) =>
      isGeneral(sentence, { language, labels, vocabulary, namesSomebody: options.namesSomebody }),
    );
    if (!document) counts.withoutResolution += 1;
    else if (nearDuplicates.addOrFind(document.pageContent)) counts.nearDuplicates += 1;
    else {
      const tells = document.metadata.audience === 'customer' && internalFacts.foundIn(document.pageContent);
      if (tells) counts.withInternalFacts += 1;
      const told: Document = tells
        ? { ...document, metadata: { ...document.metadata, audience: 'internal' } }
        : document;
      counts.transcripts += 1;
      if (told.metadata.audience === 'internal') counts.internal += 1;
      yield { document: told };
    }
  }
}

function contentKey({ metadata: { title, audience }, pageContent }: Document): string {
  return createHash('sha256')
    .update(JSON.stringify([audience, title, pageContent]))
    .digest('base64');
}

function agentTexts({ turns }: Conversation): string[] {
  return turns.filter(({ role }) => role === 'agent').map(({ text }) => plainTurn(text));
}
