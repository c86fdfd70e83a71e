// The documents of one source: read, cleaned, redacted, told apart by audience and language, without duplicates.
// Articles come as they are read; transcripts at the end, because what all agents say is only known then.
import { createHash } from 'node:crypto';
import type { CallOptions } from '#core/call-options.ts';
import type { Audience, Document, DocumentKind } from '#core/document.ts';
import { createBoilerplate } from './clean/boilerplate.ts';
import { cleanText, oneLine, tidyWhitespace } from './clean/clean.ts';
import { createInternalFacts } from './clean/internal-facts.ts';
import { languageOf } from './clean/language.ts';
import { createNearDuplicates } from './clean/near-duplicates.ts';
import { type Conversation, plainTurn, transcriptToDocument } from './clean/transcript.ts';
import type { ArticleItem, ConversationItem, Origin, ProblemItem, SourceItem } from './item.ts';
import { parseHtmlText } from './parse/html-text.ts';
import { inlineText, parseMarkdown } from './parse/markdown-text.ts';
import type { ParsedBlock, ParsedText } from './parse/parsed-text.ts';
import { parsePlainText } from './parse/plain-text.ts';
import { createPause } from './pause.ts';
import { addCounts, type RedactionCounts, type Redactor } from './redact/redact.ts';
import { redactedBlocks } from './redact/redacted-blocks.ts';
import { audienceOf, type InternalRule } from './source-settings.ts';
import { readTime } from './sources/record-items.ts';

export interface SourceOptions {
  readonly name: string;
  readonly redactor: Redactor;
  /** Articles are published as they are written; default false. Conversations are always redacted. */
  readonly redactArticles?: boolean;
  readonly internalRules: readonly InternalRule[];
  readonly transcriptsAudience: Audience;
  readonly language?: string | undefined;
  /** Put in front of every id, to keep apart sources whose ids collide. */
  readonly idPrefix?: string | undefined;
  /** Documents of other sources: what their agents-only articles alone say closes a transcript of this source too. */
  readonly otherDocuments?: readonly Document[];
  readonly onProblem: (problem: ProblemItem) => void;
}

/** Counts of one run over a source; the same object is filled while documents are read. */
export interface SourceCounts {
  articles: number;
  transcripts: number;
  internal: number;
  quarantined: number;
  /** Of the internal ones: transcripts that repeat what only agents-only articles say. */
  withInternalFacts: number;
  /** Documents left out: the same text again. */
  duplicates: number;
  /** Transcripts left out: almost the same again. */
  nearDuplicates: number;
  /** Transcripts left out: no agent said anything that helps another customer. */
  withoutResolution: number;
  invisibleRemoved: number;
  readonly redactions: RedactionCounts;
}

export function newSourceCounts(): SourceCounts {
  return {
    articles: 0,
    transcripts: 0,
    internal: 0,
    withInternalFacts: 0,
    quarantined: 0,
    duplicates: 0,
    nearDuplicates: 0,
    withoutResolution: 0,
    invisibleRemoved: 0,
    redactions: {},
  };
}

export interface ReadDocument {
  readonly document: Document;
  /** As its parser found them; absent for a transcript, whose lines say what they are. */
  readonly blocks?: readonly ParsedBlock[];
}

export async function* readDocuments(
  items: AsyncIterable<SourceItem>,
  options: SourceOptions,
  counts: SourceCounts,
  { signal }: CallOptions = {},
): AsyncGenerator<ReadDocument> {
  const origins = new Map<string, Origin>();
  const contents = new Set<string>();
  const conversations: Conversation[] = [];
  const internalFacts = createInternalFacts();
  const learn = ({ pageContent, metadata }: Document) => {
    if (metadata.kind === 'article') internalFacts.learn(pageContent, metadata.audience);
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
    const { title, audience } = document.metadata;
    const key = createHash('sha256')
      .update(JSON.stringify([audience, title, document.pageContent]))
      .digest('base64');
    if (contents.has(key)) counts.duplicates += 1;
    return contents.size !== contents.add(key).size;
  };

  const pause = createPause({ signal });
  for await (const item of items) {
    await pause();
    if (item.type === 'problem') {
      report(item);
      continue;
    }
    const id = (options.idPrefix ?? '') + cleanText(item.id).text;
    if (!isNewId(id, item.origin)) continue;
    if (item.type === 'conversation') {
      conversations.push(toConversation(item, id, options, counts));
      continue;
    }
    const { document, blocks, note } = toArticle(item, id, options, counts);
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
    const document = transcriptToDocument(conversation, boilerplate);
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

function agentTexts({ turns }: Conversation): string[] {
  return turns.filter(({ role }) => role === 'agent').map(({ text }) => plainTurn(text));
}

function parseBody({ format }: ArticleItem, body: string): ParsedText {
  if (format === 'text') return parsePlainText(body);
  return format === 'html' ? parseHtmlText(body) : parseMarkdown(body, { isMdx: format === 'mdx' });
}

function toArticle(
  item: ArticleItem,
  id: string,
  options: SourceOptions,
  counts: SourceCounts,
): Required<ReadDocument> & Pick<ParsedText, 'note'> {
  const parsed = parseBody(item, clean(item.body, counts));
  counts.invisibleRemoved += parsed.invisibleRemoved;
  const pageContent = redact(parsed.text, 'article', options, counts);
  const title = redact(oneLine(inlineText(clean(item.title, counts))), 'article', options, counts);
  const url = safeUrl(item.url);
  const updated = isoTime(item.updated);
  const document: Document = {
    id,
    pageContent,
    metadata: {
      source: options.name,
      kind: 'article',
      title,
      audience: audienceOf(
        {
          title,
          path: item.origin.line === undefined ? item.origin.file : item.id,
          ...(item.audience ? { audience: item.audience } : {}),
        },
        options.internalRules,
      ),
      language: languageOf({
        stated: item.language ?? options.language,
        path: item.id,
        text: `${title}\n${pageContent}`,
      }),
      ...(url ? { url } : {}),
      ...(updated ? { updated } : {}),
    },
  };
  const blocks = redactedBlocks(parsed, pageContent);
  return { document, blocks, ...(parsed.note ? { note: parsed.note } : {}) };
}

function toConversation(
  item: ConversationItem,
  id: string,
  options: SourceOptions,
  counts: SourceCounts,
): Conversation {
  const turns = item.turns.map((turn) => ({
    ...turn,
    text: redact(tidyWhitespace(clean(turn.text, counts)), 'transcript', options, counts),
  }));
  const sample = turns
    .slice(0, 12)
    .map(({ text }) => text)
    .join('\n');
  const url = safeUrl(item.url);
  return {
    id,
    source: options.name,
    turns,
    audience: item.audience ?? options.transcriptsAudience,
    language: languageOf({ stated: item.language ?? options.language, path: '', text: sample }),
    ...(url ? { url } : {}),
  };
}

function clean(raw: string, counts: SourceCounts): string {
  const { text, invisibleRemoved } = cleanText(raw);
  counts.invisibleRemoved += invisibleRemoved;
  return text;
}

function redact(
  text: string,
  kind: DocumentKind,
  { redactor, redactArticles = false }: SourceOptions,
  counts: SourceCounts,
): string {
  if (kind === 'article' && !redactArticles) return text;
  const redacted = redactor.redact(text, kind);
  addCounts(counts.redactions, redacted.counts);
  return redacted.text;
}

/** A link that may be shown: no scripts, no credentials. */
function safeUrl(url: string | undefined): string | undefined {
  const trimmed = url?.trim();
  if (!trimmed) return undefined;
  if (/^\/(?!\/)/.test(trimmed)) return trimmed;
  if (!/^https?:/i.test(trimmed) || !URL.canParse(trimmed)) return undefined;
  const parsed = new URL(trimmed);
  parsed.username = '';
  parsed.password = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (/token|secret|sig|passw|pwd|auth|api_?key|session|credential|^key$|^code$/i.test(name))
      parsed.searchParams.delete(name);
  }
  return parsed.href;
}

/** A day stays a day. */
function isoTime(value: string | undefined): string | undefined {
  const time = value === undefined ? undefined : readTime(value);
  if (time === undefined) return undefined;
  const iso = new Date(time).toISOString();
  return /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(value!) ? iso.slice(0, 10) : iso;
}
