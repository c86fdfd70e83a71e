// The questions that a policy is fitted on or tested on, and what their knowledge bases find for them.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import type { ChunkFilter } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import type { Reranker } from '#core/reranker.ts';
import type { Retriever } from '#core/retriever.ts';
import { openKnowledgeBase } from '#knowledge/knowledge-base.ts';
import { createRerankingRetriever } from '#knowledge/retrieval/reranking-retriever.ts';
import { type Evidence, evidenceOf } from './policy-fit.ts';

const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  turns: z.array(z.object({ role: z.enum(['customer', 'agent']), text: z.string() })).min(1),
  gold: z.array(z.string()),
  stratum: z.string().min(1).optional(),
});
type Case = z.infer<typeof caseSchema>;

export interface QuestionSet {
  /** The file's name without its ending. */
  readonly name: string;
  readonly file: string;
  readonly dataDir: string;
}

/** `FILE` or `FILE=DIR`. */
export function toQuestionSet(argument: string, dataDir: string): QuestionSet {
  const [file, own = dataDir] = argument.split('=') as [string, string?];
  return { name: basename(file).replace(/\.[^.]+$/, ''), file, dataDir: own };
}

export interface CollectOptions extends CallOptions {
  readonly embedder: Embedder;
  readonly reranker?: Reranker | undefined;
  readonly filter: ChunkFilter;
}

export interface CollectedEvidence {
  readonly plain: readonly Evidence[];
  /** The same questions after a reranker has read the best passages; absent without one. */
  readonly reranked?: readonly Evidence[];
}

export async function collectEvidence(
  { name, file, dataDir }: QuestionSet,
  { embedder, reranker, filter, signal }: CollectOptions,
): Promise<CollectedEvidence> {
  const cases = await readCases(file);
  const store = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
  try {
    const ask = async (knowledge: Retriever) => {
      const rows: Evidence[] = [];
      for (const { stratum, ...rest } of cases) {
        const row = await evidenceOf(rest, knowledge, { filter, signal });
        if (row) rows.push({ ...row, group: name, stratum });
      }
      return rows;
    };
    const plain = await ask(store.current());
    return reranker
      ? { plain, reranked: await ask(createRerankingRetriever(store.current(), reranker)) }
      : { plain };
  } finally {
    await store.close();
  }
}

async function readCases(path: string): Promise<Case[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return caseSchema.parse(JSON.parse(line));
      } catch (cause) {
        throw new AppError('bad-input', `${path}, line ${index + 1}: not a case with id, turns and gold.`, {
          cause,
        });
      }
    });
}
