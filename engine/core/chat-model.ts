// What answering asks of a chat model: LangChain's `BaseChatModel`, with the retrieved passages passed as a call option
// so that a model that composes answers from them (the extractive one) need not parse them back out of the prompt.
import type { BaseChatModel, BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models';
import type { ScoredChunk } from './document.ts';

/** Passage `i` of the array is cited as `[i + 1]`. */
export interface Grounding {
  /** Complete in itself: earlier turns are joined to a question that needs them. */
  readonly query: string;
  /** The customer's last turn alone. */
  readonly question?: string;
  readonly passages: readonly ScoredChunk[];
}

export interface GroundedCallOptions extends BaseChatModelCallOptions {
  readonly grounding?: Grounding;
}

export type ChatModel = BaseChatModel<GroundedCallOptions>;
