// Small real-shaped parts for tests of answering: a knowledge base over given chunks, and a scripted model.
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { GroundedCallOptions, Grounding } from '#core/chat-model.ts';
import type { Conversation, Message } from '#core/conversation.ts';
import { type Chunk, matchesFilter, type RetrievalEvidence, type ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { ChatEvent } from '#core/events.ts';
import type { KnowledgeBase, RetrieveOptions } from '#core/retriever.ts';
import { openActClassifier } from '#models/dialogue-acts/open-act-classifier.ts';
import type { Calibration } from '../decide/policy.ts';

/** Looks at the cosine alone: .52 and more answers, .5 asks about the nearest article, less declines. */
export const cosineCalibration: Calibration = {
  embedder: 'canned',
  coefficients: { cosine: 20, scoreMargin: 0, coverageMargin: 0, rerank: 0, rerankMargin: 0, kindMissing: 0 },
  intercept: -10,
  answerFrom: 0.6,
  clarifyFrom: 0.2,
};

/** The classifier that ships. */
export const shippedActs = openActClassifier();

export function scored(
  chunk: Chunk,
  evidence: RetrievalEvidence = { cosine: 0.7, coverage: 0.8, bm25: 12 },
  score = 1,
): ScoredChunk {
  return { chunk, score, evidence };
}

/** Returns the given passages for every query, filtered as asked; keeps the queries and what came with them. */
export function cannedKnowledgeBase(
  passages: readonly ScoredChunk[],
): KnowledgeBase & { readonly queries: string[]; readonly options: RetrieveOptions[] } {
  const queries: string[] = [];
  const options: RetrieveOptions[] = [];
  return {
    queries,
    options,
    generation: {
      id: 'gen-000001',
      createdAt: '2026-01-01T00:00:00.000Z',
      modelId: 'canned',
      dimensions: 3,
      documents: 1,
      chunks: passages.length,
      sources: [],
    },
    document: async () => undefined,
    async retrieve(query, asked = {}) {
      const { k = 10, filter } = asked;
      queries.push(query);
      options.push(asked);
      return passages.filter(({ chunk }) => matchesFilter(chunk, filter)).slice(0, k);
    },
  };
}

/** The same vector for every text; keeps the texts. */
export function cannedEmbedder(): Pick<Embedder, 'modelId' | 'embedQuery'> & { readonly texts: string[] } {
  const texts: string[] = [];
  return {
    modelId: 'canned',
    texts,
    async embedQuery(text) {
      texts.push(text);
      return Float32Array.of(1, 0, 0);
    },
  };
}

export interface Script {
  readonly deltas: readonly string[];
  readonly delayMs?: number;
  /** Thrown after the deltas. */
  readonly failure?: Error;
}

/** Streams its script; keeps the prompts and the grounding it was given, and whether its signal was aborted. */
export class ScriptedChatModel extends BaseChatModel<GroundedCallOptions> {
  readonly prompts: BaseMessage[][] = [];
  readonly groundings: (Grounding | undefined)[] = [];
  aborted = false;
  readonly #script: Script;

  constructor(script: Script) {
    super({});
    this.#script = script;
  }

  override _llmType(): string {
    return 'scripted';
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
  ): AsyncGenerator<ChatGenerationChunk> {
    this.prompts.push(messages);
    this.groundings.push(options.grounding);
    options.signal?.addEventListener('abort', () => {
      this.aborted = true;
    });
    for (const text of this.#script.deltas) {
      if (this.#script.delayMs) await sleep(this.#script.delayMs, undefined, { signal: options.signal });
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk(text) });
    }
    if (this.#script.failure) throw this.#script.failure;
  }

  override async _generate(): Promise<ChatResult> {
    const text = this.#script.deltas.join('');
    return { generations: [{ text, message: new AIMessage(text) }] };
  }
}

/** A conversation whose last customer message, `q`, is the question. */
export function conversationOf(
  ...turns: readonly (Pick<Message, 'author' | 'text'> & Partial<Message>)[]
): Conversation {
  const messages = turns.map(
    (turn, index): Message => ({
      id: index === turns.length - 1 ? 'q' : `m${index}`,
      createdAt: '2026-01-01T00:00:00.000Z',
      ...turn,
    }),
  );
  return { id: 'c', createdAt: '2026-01-01T00:00:00.000Z', messages };
}

export async function collectEvents(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const all: ChatEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function deltaText(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'answer-delta' ? event.text : '')).join('');
}
