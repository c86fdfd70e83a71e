// Questions with everything that the models said about them, asked once, so that hundreds of settings can be tried in seconds. The
// settings are tried on the code that serves; only the models' answers are remembered.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { condense } from '#chat/understand/condense.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { type Reranker, rankByScores } from '#core/reranker.ts';
import type { Retriever } from '#core/retriever.ts';
import { toTurns } from '#core/turns.ts';
import { type EvalCase, parseCases } from '#evals/cases/eval-case.ts';
import { asTheDesk } from '#learning/dialogue-acts/shipped-reader.ts';

export interface Trial {
  /** Name of the set. */
  readonly set: string;
  readonly evalCase: EvalCase;
  /** Words of the sentence that answers, where the case names them. */
  readonly quote?: string | undefined;
  readonly search: ReturnType<typeof condense>['search'];
  /** The question as it is answered. */
  readonly query: string;
  /** Of the first stage, best first. */
  readonly found: readonly ScoredChunk[];
}

/** Enough for ten documents, and more than a reranker reads. */
const depth = 60;

const withQuote = z.looseObject({ id: z.union([z.string(), z.number()]), quote: z.string().optional() });

/** The questions of a file that have an answer. Throws `bad-input`. */
export async function readTrialCases(path: string): Promise<{ evalCase: EvalCase; quote?: string }[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('bad-input', `${path} cannot be read.`, { cause });
  });
  const quotes = new Map<string, string>();
  const { cases, problems } = parseCases(content, {
    name: 'cases with quotes',
    toCase(value) {
      const row = withQuote.safeParse(value);
      if (!row.success) return value;
      const { quote, ...rest } = row.data;
      if (quote !== undefined) quotes.set(String(rest.id), quote);
      return rest;
    },
  });
  if (problems.length > 0)
    throw new AppError('bad-input', `${path}, line ${problems[0]!.line}: ${problems[0]!.message}`);
  return cases
    .filter(({ gold, kind, expect }) => gold.length > 0 && kind !== 'hostile' && expect === 'answer')
    .map((evalCase) => {
      const quote = quotes.get(evalCase.id);
      return { evalCase, ...(quote === undefined ? {} : { quote }) };
    });
}

export async function collectTrial(
  { set, evalCase, quote }: Pick<Trial, 'set' | 'evalCase' | 'quote'>,
  firstStage: Retriever,
  options: CallOptions = {},
): Promise<Trial> {
  const { search, query } = condense(toTurns(evalCase.turns), asTheDesk);
  const found = await firstStage.retrieve(search.query, {
    k: depth,
    filter: { audiences: ['customer'] },
    context: search.context,
    ...options,
  });
  return { set, evalCase, quote, search, query, found };
}

/** Each passage and sentence is scored once for each question. */
export function rememberingReranker(reranker: Reranker): Reranker {
  const known = new Map<string, Map<string, number>>();
  async function score(
    question: string,
    texts: readonly string[],
    ask: (missing: readonly string[]) => Promise<readonly number[]>,
  ): Promise<number[]> {
    const scores = known.get(question) ?? new Map<string, number>();
    known.set(question, scores);
    const missing = [...new Set(texts)].filter((text) => !scores.has(text));
    const found = missing.length === 0 ? [] : await ask(missing);
    for (const [index, text] of missing.entries()) scores.set(text, found[index]!);
    return texts.map((text) => scores.get(text)!);
  }
  return {
    ...reranker,
    score: (question, texts, options) =>
      score(question, texts, (missing) => reranker.score(question, missing, options)),
    async rerank(query, candidates, options) {
      const byId = new Map(candidates.map((candidate) => [candidate.chunk.id, candidate]));
      const scores = await score(query, [...byId.keys()], async (missing) => {
        const ranked = await reranker.rerank(
          query,
          missing.map((id) => byId.get(id)!),
          options,
        );
        const logits = new Map(ranked.map((one) => [one.chunk.id, one.score]));
        return missing.map((id) => logits.get(id)!);
      });
      return rankByScores(
        candidates,
        scores.map((logit) => ({ logit })),
      );
    },
  };
}

export function rememberingEmbedder(embedder: Embedder): Embedder {
  const documents = new Map<string, Float32Array>();
  const queries = new Map<string, Promise<Float32Array>>();
  return {
    ...embedder,
    async embedDocuments(texts, options) {
      const missing = [...new Set(texts)].filter((text) => !documents.has(text));
      const vectors = missing.length === 0 ? [] : await embedder.embedDocuments(missing, options);
      for (const [index, text] of missing.entries()) documents.set(text, vectors[index]!);
      return texts.map((text) => documents.get(text)!);
    },
    embedQuery(text, options) {
      const vector = queries.get(text) ?? embedder.embedQuery(text, options);
      queries.set(text, vector);
      return vector;
    },
  };
}
