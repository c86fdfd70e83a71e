// A model that writes behind the desk, with everything around it as a desk has it, and a guard that a test or an eval chooses.
import type { ChatModel, WritingModel } from '#core/chat-model.ts';
import { createCircuitBreaker } from '../write/circuit-breaker.ts';
import type { OpenGuard } from '../write/guard-sentences.ts';
import { createModelQueue } from '../write/model-queue.ts';
import type { WritingDependencies } from '../write/write-answer.ts';

/** Lets everything through: what is left are the walls behind the guard. */
export const openGuard: OpenGuard = () => ({
  push: async (text) => text,
  end: async () => '',
  verdict: { kept: 1, citedAnew: 0, dropped: 0, declines: false, isTooLittle: false, isStuck: false },
});

export function writingModel(model: ChatModel, facts: Partial<WritingModel> = {}): WritingModel {
  return {
    name: 'written',
    model,
    contextTokens: 8_192,
    maxTokens: 600,
    atOnce: 4,
    countTokens: (text) => Math.ceil(text.length / 3),
    async [Symbol.asyncDispose]() {},
    ...facts,
  };
}

export function writingOf(
  model: WritingModel,
  changed: Partial<WritingDependencies> = {},
): WritingDependencies {
  return {
    model,
    timeouts: { firstTokenTimeoutMs: 20_000, tokenTimeoutMs: 20_000 },
    queue: createModelQueue({ atOnce: model.atOnce, waiting: 20 }),
    breaker: createCircuitBreaker(),
    openGuard,
    quoteAfterMs: 20_000,
    ...changed,
  };
}
