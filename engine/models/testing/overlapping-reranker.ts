// A reranker without a model: the more of the question's words a text has, the higher its score. Passes the port's contract.
import { chunkContext } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { type Reranker, rankByScores } from '#core/reranker.ts';

export function createOverlappingReranker(): Reranker {
  const scoreOf = (question: string, text: string) => {
    const wanted = new Set(tokenizeForSearch(question.slice(0, 10_000)));
    const found = new Set(tokenizeForSearch(text.slice(0, 10_000)));
    const shared = [...wanted].filter((token) => found.has(token)).length;
    return 8 * (shared / Math.max(1, wanted.size)) - 4;
  };
  return {
    modelId: 'overlap@0',
    trust: { temperature: 1, passageWeight: 0.5, sentenceWeight: 0.5 },
    async rerank(query, candidates, { signal } = {}) {
      signal?.throwIfAborted();
      const scores = candidates.map(({ chunk }) => ({ logit: scoreOf(query, chunkContext(chunk)) }));
      return rankByScores(candidates, scores);
    },
    async score(question, texts, { signal } = {}) {
      signal?.throwIfAborted();
      return texts.map((text) => scoreOf(question, text));
    },
    close: async () => {},
  };
}
