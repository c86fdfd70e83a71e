// Answers without a language model: picks the sentences of the retrieved passages that answer the question, keeps lists
// and steps whole, and cites each run. It has no way to say what no passage says.
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { GroundedCallOptions, Grounding } from '#core/chat-model.ts';
import { composeAnswer } from './compose-answer.ts';
import type { ExtractiveModels } from './score-units.ts';

export const extractiveModelName = 'extractive';

export class ExtractiveChatModel extends BaseChatModel<GroundedCallOptions> {
  readonly #models: ExtractiveModels;

  constructor(models: ExtractiveModels) {
    super({});
    this.#models = models;
  }

  override _llmType(): string {
    return extractiveModelName;
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    for (const text of await this.#compose(options)) {
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk(text) });
      await runManager?.handleLLMNewToken(text);
    }
  }

  override async _generate(
    _messages: BaseMessage[],
    options: this['ParsedCallOptions'],
  ): Promise<ChatResult> {
    const text = (await this.#compose(options)).join('');
    return { generations: [{ text, message: new AIMessage(text) }] };
  }

  #compose(options: this['ParsedCallOptions']): Promise<string[]> {
    const grounding: Grounding = options.grounding ?? { query: '', passages: [] };
    return composeAnswer(grounding, this.#models, { signal: options.signal });
  }
}
