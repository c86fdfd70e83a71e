// A model that writes behind the desk, with everything around it as a desk has it, and patience.
import type { WritingModel } from '#core/chat-model.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { createCircuitBreaker } from '../write/circuit-breaker.ts';
import { createModelQueue } from '../write/model-queue.ts';
import type { WritingDependencies } from '../write/write-answer.ts';

export function writingOf(
  model: WritingModel,
  changed: Pick<WritingDependencies, 'openGuard'> & Partial<WritingDependencies>,
): WritingDependencies {
  return {
    model,
    timeouts: { firstTokenTimeoutMs: patienceMs, tokenTimeoutMs: patienceMs },
    queue: createModelQueue({ atOnce: model.atOnce, waiting: 20 }),
    breaker: createCircuitBreaker(),
    quoteAfterMs: patienceMs,
    ...changed,
  };
}
