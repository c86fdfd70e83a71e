// What operators and their machines ask: is it alive, can it answer, how is it doing.
import { Router } from 'express';
import { toAppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsRouterOptions {
  readonly metrics: Metrics;
  /** Throws while there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  readonly isStopping: () => boolean;
}

export function operationsRouter({ metrics, knowledgeBase, isStopping }: OperationsRouterOptions): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', (_request, response) => {
    if (isStopping()) return void response.status(503).json({ status: 'stopping' });
    try {
      const { id, chunks } = knowledgeBase().generation;
      response.json({ status: 'ready', generation: id, chunks });
    } catch (thrown) {
      response.status(503).json({ status: toAppError(thrown).code });
    }
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}
