// A knowledge base whose passages a reranker has read again, for everything that asks it: answers, scripts, evals.
import type { Reranker } from '#core/reranker.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import { createRerankingRetriever, type RerankingOptions } from './reranking-retriever.ts';

export function createRerankedKnowledgeBase(
  knowledgeBase: KnowledgeBase,
  reranker: Reranker,
  options: RerankingOptions = {},
): KnowledgeBase {
  const hybrid = { retrieve: knowledgeBase.retrieve };
  const reranked = createRerankingRetriever(hybrid, reranker, options);
  return { ...knowledgeBase, retrieve: reranked.retrieve, stages: { hybrid, reranked } };
}
