import type { FindCards } from './answer-card.ts';
import type { CallOptions } from './call-options.ts';
import type { ChunkFilter, Document, ScoredChunk } from './document.ts';
import type { QueryVector } from './embedder.ts';
import type { SourceTerms } from './source-terms.ts';

export interface RetrieveOptions extends CallOptions {
  /** How many chunks to return, best first; default 10. */
  readonly k?: number;
  readonly filter?: ChunkFilter;
  /** What the conversation was about before the query. */
  readonly context?: QueryContext | undefined;
  /** Of the query alone, where it is known: it need not be embedded again. One of another model is of no use and is not looked at. */
  readonly vector?: QueryVector | undefined;
  /** Told where more would have been done with more time, or with a model that works: asked again, it may find something else. */
  readonly cutShort?: (() => void) | undefined;
}

export interface QueryContext {
  /** Earlier turns, the one that matters most first: an embedder may read only the beginning. */
  readonly text: string;
  /** How much it counts beside the query: 0 not at all, 1 when the query can hardly be understood without it. */
  readonly weight: number;
}

/** For what reads one text: the question, behind its context if it can hardly be understood without. */
export function questionInContext(query: string, context: QueryContext | undefined): string {
  return context && context.weight >= 1 ? `${context.text}\n${query}` : query;
}

export interface Retriever {
  retrieve(query: string, options?: RetrieveOptions): Promise<ScoredChunk[]>;
}

/** The port of search: one published, immutable state of what the team knows, however it is found. */
export interface KnowledgeBase extends Retriever {
  readonly generation: GenerationInfo;
  /** Hosts that articles for customers are on or name, in addresses of any kind; absent when there is no such article. */
  readonly articleHosts?: ReadonlySet<string>;
  /**
   * The stages behind `retrieve`, first to last, where it has several; the last one ranks as `retrieve` does. For evals, which show
   * them side by side: `{ hybrid, reranked }`.
   */
  readonly stages?: Readonly<Record<string, Retriever>>;
  document(id: string, options?: CallOptions): Promise<Document | undefined>;
  /** A text with its misspelled words as the articles write them; absent where nothing is corrected. What it finds is found for the text itself, too. */
  readonly asWritten?: (text: string, options?: CallOptions) => Promise<string>;
  /** The team's own answers to a question; absent when there are none. */
  readonly findCards?: FindCards;
}

export interface GenerationInfo {
  /** e.g. `gen-000042` */
  readonly id: string;
  readonly createdAt: string;
  readonly modelId: string;
  readonly dimensions: number;
  readonly documents: number;
  readonly chunks: number;
  readonly sources: readonly {
    readonly name: string;
    readonly documents: number;
    readonly chunks: number;
    readonly terms?: SourceTerms | undefined;
  }[];
}
