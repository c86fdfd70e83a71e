// A model behind the desk without the guard of written sentences, to see what the walls behind it hold back by themselves.
import { createCircuitBreaker } from '#chat/write/circuit-breaker.ts';
import type { OpenGuard } from '#chat/write/guard-sentences.ts';
import { createModelQueue } from '#chat/write/model-queue.ts';
import type { WritingDependencies } from '#chat/write/write-answer.ts';
import type { WritingModel } from '#core/chat-model.ts';

const openGuard: OpenGuard = () => ({
  push: async (text) => text,
  end: async () => '',
  verdict: { kept: 1, citedAnew: 0, dropped: 0, declines: false, isTooLittle: false, isStuck: false },
});

/** Longer than any answer takes. */
const patienceMs = 60_000;

export function unguarded(model: WritingModel): WritingDependencies {
  return {
    model,
    timeouts: { firstTokenTimeoutMs: patienceMs, tokenTimeoutMs: patienceMs },
    queue: createModelQueue({ atOnce: model.atOnce, waiting: 20 }),
    breaker: createCircuitBreaker(),
    openGuard,
    quoteAfterMs: patienceMs,
  };
}
