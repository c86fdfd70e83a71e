// What of the desk takes longest to open, and loads little code itself: its models and its knowledge base, each in a thread of its own. A
// server begins with them and loads the rest of the program meanwhile.
import type { RerankObserver } from '#core/reranker.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type Knowledge, openKnowledge } from './open-knowledge.ts';

/** A customer waits no longer than this for the reader. Its five passages take some 215 ms of one core. */
const rerankDeadlineMs = 350;
/** How often a new generation is looked for. */
const pollIntervalMs = 1_000;

export interface BegunDesk {
  readonly metrics: Metrics;
  /** Whoever opens the desk waits for it, is told of its failure, and closes it. */
  readonly knowledge: Promise<Knowledge>;
}

export function beginDesk(config: Config, logger: Logger): BegunDesk {
  const metrics = createMetrics();
  const knowledge = openKnowledge(config, {
    logger,
    pollIntervalMs,
    reranking: { deadlineMs: rerankDeadlineMs, observer: observedReranking(metrics, logger) },
  });
  knowledge.catch(() => {});
  return { metrics, knowledge };
}

function observedReranking({ reranking }: Metrics, logger: Logger): RerankObserver {
  return {
    ...reranking,
    failed: (error) => logger.warn({ code: error.code, err: error }, 'the reranker failed'),
  };
}
