// What answering asks of a chat model: so much of LangChain's `BaseChatModel` that any of its models can be used, with the retrieved
// passages as a call option, so that a model that composes answers from them (the extractive one) need not parse them back out of the prompt.
import type { BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models';
import type { CallOptions } from './call-options.ts';
import type { ScoredChunk } from './document.ts';

/** Passage `i` of the array is cited as `[i + 1]`. */
export interface Grounding {
  /** Complete in itself: earlier turns are joined to a question that needs them. */
  readonly query: string;
  /** The customer's last turn alone. */
  readonly question?: string;
  readonly passages: readonly ScoredChunk[];
  /** Of a message that asks several things: each with its own passages, all of which are among `passages`. */
  readonly parts?: readonly GroundedPart[];
  /** What the desk answered before in this conversation: it is not said again. */
  readonly said?: readonly string[];
  /** What the customer asked before in this conversation. */
  readonly askedBefore?: readonly string[];
  /** The passages may not answer it, or probably do not; what is quoted says so. */
  readonly doubt?: Doubt | undefined;
  readonly wording?: AnswerWording;
  /** Told where a model that helps to choose what is said had no time, or did not work: asked again, it may say something else. */
  readonly cutShort?: (() => void) | undefined;
}

/** `notFound`: nothing found is an answer, and what is quoted only comes closest. */
export type Doubt = 'unsure' | 'notFound';

/** Without passages it is said to be unknown. */
export interface GroundedPart extends Pick<Grounding, 'query' | 'passages' | 'doubt'> {
  readonly question: string;
  /** What the team has settled: said word for word, whatever the passages say. */
  readonly settled?: string;
}

/** What is said around quoted text, in the language of the customer's message. */
export interface AnswerWording {
  /** ISO 639-1. */
  readonly language: string;
  /** Behind a list of which only a part is shown. */
  readonly goesOn: string;
  /** Under a question of several that no article answers. */
  readonly unknown: string;
  /** In front of what may be no answer, and behind it. */
  readonly doubt: { readonly [Kind in Doubt | 'behind']: string };
  /** Before text in another language, whose name it is given. */
  readonly inOtherLanguage: (name: string) => string;
}

/** What those of our own models that are LangChain's take. */
export interface GroundedCallOptions extends BaseChatModelCallOptions {
  readonly grounding?: Grounding;
}

export type ChatOptions = CallOptions & Pick<GroundedCallOptions, 'grounding'>;

/** A message of a prompt, as LangChain's models take it, too. */
export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string };

/** A piece of what a model writes. */
export interface ChatPiece {
  readonly text: string;
  /** Of the last one: among them, how it ended. */
  readonly response_metadata?: Readonly<Record<string, unknown>>;
  readonly additional_kwargs?: Readonly<Record<string, unknown>>;
}

/** Rejects with the signal's reason, or with what the model's server or library rejects with. */
export interface ChatModel {
  stream(messages: ChatMessage[], options?: ChatOptions): Promise<AsyncIterable<ChatPiece>>;
  invoke(messages: ChatMessage[], options?: ChatOptions): Promise<Pick<ChatPiece, 'text'>>;
}

export interface NamedChatModel {
  readonly name: string;
  readonly model: ChatModel;
}

export const modelSizes = ['small', 'medium', 'large'] as const;
export type ModelSize = (typeof modelSizes)[number];

/** Fewer numbers (weights) than these make a model small, or medium. */
const smallBelow = 0.5e9;
const mediumBelow = 4e9;

export function modelSizeOf(parameters: number): ModelSize {
  if (parameters < smallBelow) return 'small';
  return parameters < mediumBelow ? 'medium' : 'large';
}

/** A model that writes words of its own, with what a prompt for it has to know. */
export interface WritingModel extends NamedChatModel, AsyncDisposable {
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Tokens of an answer: the model stops there. */
  readonly maxTokens: number;
  /** Answers that it writes at once; more wait. */
  readonly atOnce: number;
  /** Small ones are told less and given less to read. */
  readonly size: ModelSize;
  /** Exact where the model runs in this process, else never too few. */
  countTokens(text: string): number;
}

/** `stop`: the model had said all; `length`: it reached the cap; undefined: this is not the last chunk, or the stream was cut off. */
export function finishOf({ response_metadata, additional_kwargs }: ChatPiece): 'stop' | 'length' | undefined {
  const facts: Record<string, unknown> = { ...additional_kwargs, ...response_metadata };
  const reason = finishFields.map((field) => facts[field]).find((value) => typeof value === 'string');
  if (reason === undefined || reason === '') return undefined;
  return /length|max_?tokens/i.test(reason as string) ? 'length' : 'stop';
}

/** As the providers of LangChain call it. */
const finishFields = ['finish_reason', 'stop_reason', 'finishReason', 'stopReason', 'done_reason'];
