// One item of a source as a document or a conversation: parsed, cleaned, redacted, told apart by audience and language.
import type { CardText } from '#core/answer-card.ts';
import type { Document, DocumentKind, TextRange } from '#core/document.ts';
import type { Entity } from '#core/entity-finder.ts';
import { ownWords } from '#core/own-words.ts';
import { cleanText, oneLine, tidyWhitespace } from '#parse/clean.ts';
import { parseHtmlText } from '#parse/html-text.ts';
import { turnText } from '#parse/mail-html.ts';
import { inlineText, parseMarkdown } from '#parse/markdown-text.ts';
import type { ParsedBlock, ParsedText } from '#parse/parsed-text.ts';
import { parsePlainText } from '#parse/plain-text.ts';
import { codeRanges, codeRangesOfMarkdown } from '#redact/code-ranges.ts';
import { createPublishedWords, type PublishedWords } from '#redact/published-words.ts';
import { addCounts } from '#redact/redact.ts';
import { redactConversation } from '#redact/redact-conversation.ts';
import { redactedBlocks } from '#redact/redacted-blocks.ts';
import { versionMarks } from './clean/article-versions.ts';
import { languageOf } from './clean/language.ts';
import type { Conversation } from './clean/transcript.ts';
import type { ArticleItem, CardItem, ConversationItem, QuestionsItem, TranscriptTurn } from './item.ts';
import type { ReadQuestions, SourceCounts, SourceOptions } from './source-options.ts';
import { audienceOf } from './source-settings.ts';
import { readTime } from './sources/read-time.ts';

export interface ItemReader {
  article(item: ArticleItem, id: string): ReadArticle;
  /** Together, so that the model of personal data reads many turns at once. */
  conversations(items: readonly NamedConversation[]): AsyncIterable<Conversation>;
  card(item: CardItem): CardText;
  questions(item: QuestionsItem): ReadQuestions;
}

export interface NamedConversation {
  readonly item: ConversationItem;
  readonly id: string;
  /** Hashes of the addresses of whose it is. */
  readonly subjects: readonly string[];
}

/** Words of the sender alone, and what their markup set off as labels of buttons and the like. */
interface OwnTurns {
  readonly turns: readonly TranscriptTurn[];
  readonly labels: ReadonlySet<string>;
}

export interface ReadArticle extends Pick<ParsedText, 'note' | 'isPage'> {
  readonly document: Document;
  readonly blocks: readonly ParsedBlock[];
}

/** `counts` is filled while items are read, `published` by the caller, before conversations are. */
export function createItemReader(
  options: SourceOptions,
  counts: SourceCounts,
  published: Pick<PublishedWords, 'has'> = createPublishedWords(options.publishedNames),
): ItemReader {
  const { redactor, redactArticles = false } = options;

  function clean(raw: string): string {
    const { text, invisibleRemoved } = cleanText(raw);
    counts.invisibleRemoved += invisibleRemoved;
    return text;
  }

  function redact(text: string, kind: DocumentKind, code?: () => readonly TextRange[]): string {
    if (kind === 'article' && !redactArticles) return text;
    const redacted = redactor.redact(text, kind, code?.());
    addCounts(counts.redactions, redacted.counts);
    return redacted.text;
  }

  function article(item: ArticleItem, id: string): ReadArticle {
    const parsed = parseBody(item, clean(item.body));
    counts.invisibleRemoved += parsed.invisibleRemoved;
    const pageContent = redact(parsed.text, 'article', () => codeRanges(parsed, item));
    const title = redact(oneLine(inlineText(clean(item.title))), 'article');
    const url = safeUrl(item.url);
    const updated = isoTime(item.updated);
    const { version } = versionMarks({ title, path: item.id, stated: item.version });
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
        ...(version ? { version } : {}),
      },
    };
    const blocks = redactedBlocks(parsed, pageContent);
    return {
      document,
      blocks,
      ...(parsed.note ? { note: parsed.note } : {}),
      ...(parsed.isPage ? { isPage: true } : {}),
    };
  }

  /** First of all, so that what a mail quotes of the other side counts as said by nobody. */
  function ownTurns({ turns }: ConversationItem): OwnTurns {
    const labels = new Set<string>();
    const own = turns.flatMap((turn) => {
      const said = turnText(clean(turn.text));
      for (const label of said.labels ?? []) labels.add(label);
      const text = tidyWhitespace(ownWords(said.text));
      return text === '' ? [] : [{ ...turn, text }];
    });
    return { turns: own, labels };
  }

  async function* conversations(items: readonly NamedConversation[]): AsyncGenerator<Conversation> {
    const raw = items.map(({ item }) => ownTurns(item));
    const entities = await options.entities?.find(raw.flatMap(({ turns }) => turns.map(({ text }) => text)));
    let read = 0;
    for (const [index, { item, id, subjects }] of items.entries()) {
      const { turns, labels } = raw[index]!;
      const found = entities?.slice(read, read + turns.length);
      read += turns.length;
      yield {
        ...conversation(item, id, { turns: redacted(turns, found), labels }),
        ...(subjects.length > 0 ? { subjects } : {}),
      };
    }
  }

  function redacted(
    turns: readonly TranscriptTurn[],
    found: readonly (readonly Entity[])[] | undefined,
  ): TranscriptTurn[] {
    const { texts, counts: redactions } = redactConversation(
      turns.map(({ text }) => text),
      { redactor, entities: found, isPublished: published.has },
    );
    addCounts(counts.redactions, redactions);
    return turns.map((turn, index) => ({ ...turn, text: texts[index]! }));
  }

  function conversation(item: ConversationItem, id: string, { turns, labels }: OwnTurns): Conversation {
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
      ...(labels.size > 0 ? { labels } : {}),
    };
  }

  function card({ card: written }: CardItem): CardText {
    const questions = written.questions.map((question) => redact(oneLine(clean(question)), 'article'));
    const own = clean(written.answer).trim();
    const answer = redact(own, 'article', () => codeRangesOfMarkdown(own));
    const language = languageOf({
      stated: written.language ?? options.language,
      path: '',
      text: `${questions.join('\n')}\n${answer}`,
    });
    return { ...written, questions, answer, language };
  }

  /** Headings and questions as an article's text would be read: what it has not, they have not either. */
  function questions({ written, origin }: QuestionsItem): ReadQuestions {
    const { article: id, heading, questions: texts, answers, of } = written;
    const asArticle = (text: string) =>
      redact(oneLine(clean(options.erased?.without(text) ?? text)), 'article');
    const kept = texts
      .map((text, index) => ({ question: asArticle(text), answer: answers?.[index] ?? [] }))
      .filter(({ question }) => question !== '');
    return {
      article: id,
      headingPath: heading.map(asArticle),
      questions: kept.map(({ question }) => question),
      ...(answers === undefined ? {} : { answers: kept.map(({ answer }) => answer.map(asArticle)) }),
      ...(of === undefined ? {} : { of }),
      origin,
    };
  }

  return { article, conversations, card, questions };
}

function parseBody({ format, url: base }: ArticleItem, body: string): ParsedText {
  if (format === 'text') return parsePlainText(body);
  return format === 'html'
    ? parseHtmlText(body, { base })
    : parseMarkdown(body, { isMdx: format === 'mdx', base });
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
