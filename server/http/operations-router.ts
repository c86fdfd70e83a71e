// What operators and their machines ask: is it alive, can it answer, how is it doing.
import { createHash, timingSafeEqual } from 'node:crypto';
import { Router } from 'express';
import type { Metrics } from '#app/metrics.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';

export interface OperationsRouterOptions {
  readonly metrics: Metrics;
  /** Throws while there is none. */
  readonly knowledgeBase: () => KnowledgeBase;
  readonly isStopping: () => boolean;
  /** Whoever sends it reads /metrics; undefined: there is no such page. */
  readonly metricsToken: string | undefined;
}

export function operationsRouter({
  metrics,
  knowledgeBase,
  isStopping,
  metricsToken,
}: OperationsRouterOptions): Router {
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
  router.get('/metrics', async (request, response) => {
    if (metricsToken === undefined)
      throw new AppError('not-found', 'Metrics are asked for, and ANSWERDESK_METRICS_TOKEN is not set.');
    if (!isSame(request.headers.authorization ?? '', `Bearer ${metricsToken}`))
      throw new AppError('forbidden', 'Metrics are asked for without ANSWERDESK_METRICS_TOKEN.', {
        publicMessage:
          'Send the token that the server has in ANSWERDESK_METRICS_TOKEN: "Authorization: Bearer TOKEN".',
      });
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

/** Takes as long for every wrong text. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
