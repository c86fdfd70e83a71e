// What the team knows: documents, and the chunks they are cut into.
import { withoutMarkup } from './inline-markup.ts';

/** Who may be answered from a text. `internal` text never reaches a customer. */
export type Audience = 'customer' | 'internal';

export type DocumentKind = 'article' | 'transcript';

/** Of every past conversation, also in citations that other customers see: it names the kind of source and nobody. */
export const transcriptTitle = 'Past conversation';

/** A help article or one past conversation, in the shape of LangChain's `Document` with an id. */
export interface Document {
  /** The id that the source gave (JSONL `id`, front matter `id`), else the path relative to the ingested folder. */
  readonly id: string;
  /** Clean, redacted text: Markdown headings, paragraphs and lists, links with their address, bold words, fences of code. */
  readonly pageContent: string;
  readonly metadata: DocumentMetadata;
}

export interface DocumentMetadata {
  readonly source: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly audience: Audience;
  /** ISO 639-1 code, `und` when unknown. */
  readonly language: string;
  readonly url?: string;
  /** ISO 8601 date or date-time. */
  readonly updated?: string;
  /** As its source marks it: `2.1`, `2022`. */
  readonly version?: string;
  /** Id of the article that is the newest version of this one. */
  readonly supersededBy?: string;
  /** Of a past conversation: the sentences of `pageContent` that are true for all customers. Nothing else of it is ever shown to one. */
  readonly quotable?: readonly TextRange[];
  /** Of a past conversation: hashes of the addresses of whose it is, so that it is found when they ask for it (docs/privacy.md). */
  readonly subjects?: readonly string[];
  /** Of a past conversation: ids of the articles for customers that are about the same, nearest first. */
  readonly articles?: readonly string[];
}

/** Offsets in UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A passage of a document: what is embedded, found, quoted and cited. */
export interface Chunk {
  /** `documentId#ordinal`, stable while the document does not change. */
  readonly id: string;
  readonly documentId: string;
  readonly ordinal: number;
  readonly title: string;
  /** Headings above the passage, outermost first, without the title. */
  readonly headingPath: readonly string[];
  /** Exactly `document.pageContent.slice(start, end)`. */
  readonly text: string;
  /** Offset in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** What the text is made of, by `packBlocks`; absent in a knowledge base from before there was this field. */
  readonly blocks?: string;
  readonly source: string;
  readonly kind: DocumentKind;
  readonly audience: Audience;
  readonly language: string;
  readonly url?: string;
  readonly updated?: string;
  readonly version?: string;
  readonly supersededBy?: string;
  /** Of a past conversation: what of `text` may be shown to a customer; absent = nothing. Offsets in `text`. */
  readonly quotable?: readonly TextRange[];
}

/** What a passage says of its document, but for the title. */
type DocumentFacts = Pick<
  Chunk,
  'documentId' | 'source' | 'kind' | 'audience' | 'language' | 'url' | 'updated' | 'version' | 'supersededBy'
>;

type KnownFacts = Pick<DocumentFacts, 'source' | 'kind' | 'audience' | 'language'> & {
  readonly [Field in 'url' | 'updated' | 'version' | 'supersededBy']?: string | undefined;
};

export function documentFacts(
  documentId: string,
  { source, kind, audience, language, url, updated, version, supersededBy }: KnownFacts,
): DocumentFacts {
  return {
    documentId,
    source,
    kind,
    audience,
    language,
    ...(url === undefined ? {} : { url }),
    ...(updated === undefined ? {} : { updated }),
    ...(version === undefined ? {} : { version }),
    ...(supersededBy === undefined ? {} : { supersededBy }),
  };
}

/** Where a passage stands in its document. */
export type ChunkPlace = Pick<Chunk, 'id' | 'ordinal' | 'headingPath' | 'start' | 'end' | 'blocks'>;

/** All else that a chunk says is its document's. */
export function chunkOf(document: Document, { start, end, ...place }: ChunkPlace): Chunk {
  const { title, quotable } = document.metadata;
  const shown = quotable?.flatMap((range) =>
    range.start >= start && range.end <= end ? [{ start: range.start - start, end: range.end - start }] : [],
  );
  return {
    ...place,
    ...documentFacts(document.id, document.metadata),
    title,
    text: document.pageContent.slice(start, end),
    start,
    end,
    ...(shown === undefined || shown.length === 0 ? {} : { quotable: shown }),
  };
}

/** The text of a chunk as embedded and indexed: title and heading path in front, so that the passage says what it is about; words without markup. */
export function chunkContext(chunk: Pick<Chunk, 'title' | 'headingPath' | 'text'>): string {
  return behindHeadings(chunk, withoutMarkup(chunk.text));
}

/** The same for who writes: with the addresses of links. */
export function chunkMarkdown(chunk: Pick<Chunk, 'title' | 'headingPath' | 'text'>): string {
  return behindHeadings(chunk, chunk.text);
}

function behindHeadings({ title, headingPath }: Pick<Chunk, 'title' | 'headingPath'>, text: string): string {
  const heading = [title, ...headingPath].filter((part) => part.length > 0).join(' > ');
  return heading ? `${heading}\n${text}` : text;
}

/** A chunk with how well it fits the query. */
export interface ScoredChunk {
  readonly chunk: Chunk;
  /** Higher fits better; comparable within one result list only. */
  readonly score: number;
  readonly evidence: RetrievalEvidence;
  /** What a reader made of the words of the chunk's text, in order; absent where none looked. Words beyond its room are missing. */
  readonly reading?: readonly ReadWord[];
  /** Where the answers to questions stand that were written for the passage, those nearest to what is asked first; absent without any. */
  readonly answers?: readonly WrittenAnswer[];
}

/** The answer to a question that was written for a passage. */
export interface WrittenAnswer {
  readonly question: string;
  /** Of the written question and what is asked, -1 to 1. */
  readonly cosine: number;
  /** Where it stands in the passage's text, the most direct words first. */
  readonly ranges: readonly TextRange[];
}

/** One word of a text that was read with a question. */
export interface ReadWord {
  /** Offsets in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Probability that the word belongs to the answer, 0 to 1. */
  readonly belongs: number;
}

/** Absolute evidence, comparable between queries: what the policy's thresholds are fitted on. */
export interface RetrievalEvidence {
  /** Cosine similarity of query and chunk, -1 to 1. */
  readonly cosine?: number;
  /** Raw BM25 score, 0 and up. */
  readonly bm25?: number;
  /** Share of the query's BM25 weight (idf) found in the chunk, 0 to 1. */
  readonly coverage?: number;
  /** Logit of the reranker: higher = answers. Absent where no reranker looked. */
  readonly rerank?: number;
}

/** Absent field = no restriction. */
export interface ChunkFilter {
  readonly audiences?: readonly Audience[];
  readonly sources?: readonly string[];
  readonly languages?: readonly string[];
  /** Ids. */
  readonly documents?: readonly string[];
}

export function matchesFilter(
  chunk: Pick<Chunk, 'audience' | 'source' | 'language' | 'documentId'>,
  filter: ChunkFilter | undefined,
): boolean {
  if (!filter) return true;
  if (filter.audiences && !filter.audiences.includes(chunk.audience)) return false;
  if (filter.sources && !filter.sources.includes(chunk.source)) return false;
  if (filter.languages && !filter.languages.includes(chunk.language)) return false;
  if (filter.documents && !filter.documents.includes(chunk.documentId)) return false;
  return true;
}
