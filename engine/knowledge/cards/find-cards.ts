// Finds the answer cards whose questions are like what was asked, and cites the passages that each card rests on.
import { type AnswerCard, type CardMatch, type FindCards, isAddress } from '#core/answer-card.ts';
import type { Citation } from '#core/conversation.ts';
import type { Chunk } from '#core/document.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { cosinesWith, dotProduct, matrixRow } from '#core/vector-matrix.ts';
import type { SearchedGeneration } from '../generations/load-generation.ts';

export interface SearchedCards
  extends Pick<SearchedGeneration, 'cards' | 'cardVectors'>,
    Pick<GenerationInfo, 'modelId' | 'dimensions'> {
  /** As `citationsOfCards` gives them. */
  readonly citations: ReadonlyMap<string, readonly Citation[]>;
}

export function createFindCards(searched: SearchedCards): FindCards {
  const { modelId, dimensions, cards, cardVectors, citations } = searched;
  const rows = cards.flatMap((card) => card.questions.map((question) => ({ card, question })));

  return (vector) => {
    const isComparable = vector?.modelId === modelId && vector.values.length === dimensions;
    const cosines = isComparable ? cosinesWith(cardVectors, vector.values) : undefined;
    return rows
      .map(
        ({ card, question }, row): CardMatch => ({
          card,
          question,
          similarity: cosines?.[row],
          citations: citations.get(card.id)!,
        }),
      )
      .sort((a, b) => (b.similarity ?? 0) - (a.similarity ?? 0));
  };
}

/** By the id of the card: of each of its sources the passage that it rests on. */
export function citationsOfCards({
  passages,
  vectors,
  cards,
  cardVectors,
}: Pick<SearchedGeneration, 'passages' | 'vectors' | 'cards' | 'cardVectors'>): Map<string, Citation[]> {
  const named = new Set(cards.flatMap(({ sources }) => sources));
  const rowsOf = new Map<string, number[]>();
  for (const [document, { audience, documentId, url = '' }] of passages.facts.entries()) {
    if (audience !== 'customer') continue;
    for (const name of new Set([documentId, url]))
      if (named.has(name)) rowsOf.set(name, [...(rowsOf.get(name) ?? []), ...passages.rowsOf(document)]);
  }
  let firstRow = 0;
  return new Map(
    cards.map((card) => {
      const asked = matrixRow(cardVectors, firstRow);
      firstRow += card.questions.length;
      const similarity = (row: number) => dotProduct(matrixRow(vectors, row), 0, asked, 0, asked.length);
      const cited = card.sources.flatMap((source) => {
        const rows = rowsOf.get(source);
        // Of an article the passage that resembles the question most.
        if (rows && rows.length > 0)
          return [passage(passages.at(rows.reduce((a, b) => (similarity(b) > similarity(a) ? b : a))))];
        return isAddress(source) ? [page(source, card)] : [];
      });
      return [card.id, cited.map((citation, index) => ({ number: index + 1, ...citation }))];
    }),
  );
}

function passage({ documentId, id, title, url, text }: Chunk): Omit<Citation, 'number'> {
  return { documentId, chunkId: id, title, ...(url === undefined ? {} : { url }), quote: text };
}

/** One that was not ingested: what can be quoted is the card itself. */
function page(url: string, { id, questions, answer }: AnswerCard): Omit<Citation, 'number'> {
  return { documentId: id, chunkId: `${id}#0`, title: questions[0]!, url, quote: answer };
}
