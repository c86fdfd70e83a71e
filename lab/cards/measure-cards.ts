// How precisely the sample company's cards are given: to questions that mean a card, in other words than its own, and to questions that
// nearly do. A wrong card is worse than none, because nobody weighs it.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { chooseCards } from '#chat/decide/choose-cards.ts';
import type { AnswerCard } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { packagePath } from '#core/package-root.ts';
import { stackVectors } from '#core/vector-matrix.ts';
import { readCardFile } from '#ingest/cards/card-files.ts';
import { unsettledCard } from '#ingest/cards/settle-cards.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { citationsOfCards, createFindCards } from '#knowledge/cards/find-cards.ts';
import { passagesOf } from '#knowledge/generations/passages.ts';

const caseSchema = z.strictObject({
  text: z.string().min(1),
  /** Id of the card in its file; null: none is right. */
  card: z.string().nullable(),
  /** Thresholds were chosen on `fit`, the words of asking with a look at `test`; `held` was written when both were settled. */
  split: z.enum(['fit', 'test', 'held']),
});
type CardCase = z.infer<typeof caseSchema>;

export interface CardFigures {
  readonly split: CardCase['split'];
  /** Questions that mean a card, and questions that mean none. */
  readonly positives: number;
  readonly negatives: number;
  readonly right: number;
  readonly wrong: readonly { readonly text: string; readonly given: string }[];
  readonly precision: number;
  readonly recall: number;
}

/** As ingestion would have them, with their sources unchanged. */
export async function readSampleCards(): Promise<AnswerCard[]> {
  const { files } = await findFiles([packagePath('data/cards')]);
  const items = (await Promise.all(files.map((file) => Array.fromAsync(readCardFile(file))))).flat();
  return items.map((item) => {
    if (item.type === 'problem') throw new Error(`${item.origin.file}:${item.origin.line}: ${item.reason}`);
    return unsettledCard({ id: item.id, language: 'und', ...item.card }, 'sample');
  });
}

export async function readCardCases(path = packagePath('data/evals/cards.jsonl')): Promise<CardCase[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => caseSchema.parse(JSON.parse(line)));
}

export async function measureCards(
  cases: readonly CardCase[],
  embedder: Embedder,
  { signal }: CallOptions = {},
): Promise<CardFigures[]> {
  const { modelId, dimensions } = embedder;
  const cards = await readSampleCards();
  const questions = cards.flatMap((card) => card.questions);
  const cardVectors = stackVectors(await embedder.embedDocuments(questions, { signal }), dimensions);
  const none = { passages: passagesOf([]), vectors: stackVectors([], dimensions) };
  const findCards = createFindCards({
    modelId,
    dimensions,
    cards,
    cardVectors,
    citations: citationsOfCards({ ...none, cards, cardVectors }),
  });
  const given = new Map<CardCase, string | undefined>();
  for (const one of cases) {
    const values = await embedder.embedQuery(one.text, { signal });
    const { given: match } = chooseCards({
      question: one.text,
      modelId,
      found: findCards({ modelId, values }),
      history: [],
      language: 'en',
      now: new Date(),
    });
    given.set(one, match?.card.id.split('#')[1]);
  }
  return (['fit', 'test', 'held'] as const).map((split) => {
    const asked = cases.filter((one) => one.split === split);
    const positives = asked.filter(({ card }) => card !== null).length;
    const answered = asked.filter((one) => given.get(one) !== undefined);
    const wrong = answered.filter((one) => given.get(one) !== one.card);
    const right = answered.length - wrong.length;
    return {
      split,
      positives,
      negatives: asked.length - positives,
      right,
      wrong: wrong.map((one) => ({ text: one.text, given: given.get(one)! })),
      precision: answered.length === 0 ? 1 : right / answered.length,
      recall: right / positives,
    };
  });
}
