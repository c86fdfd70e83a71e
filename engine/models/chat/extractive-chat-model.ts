// Answers without a language model: picks the sentences of the retrieved passages that answer the question, keeps lists
// and steps whole, and cites each run. It has no way to say what no passage says.
import type { ChatMessage, ChatModel, ChatOptions, ChatPiece } from '#core/chat-model.ts';
import { composeAnswer } from './compose-answer.ts';
import type { ExtractiveModels } from './score-units.ts';

export const extractiveModelName = 'extractive';

/** It reads no messages, only the grounding. */
export function createExtractiveChatModel(models: ExtractiveModels): ChatModel {
  const compose = ({ grounding = { query: '', passages: [] }, signal }: ChatOptions = {}) =>
    composeAnswer(grounding, models, { signal });

  async function* pieces(options?: ChatOptions): AsyncGenerator<ChatPiece> {
    for (const text of await compose(options)) yield { text };
  }

  return {
    stream: async (_messages: ChatMessage[], options) => pieces(options),
    invoke: async (_messages: ChatMessage[], options) => ({ text: (await compose(options)).join('') }),
  };
}
