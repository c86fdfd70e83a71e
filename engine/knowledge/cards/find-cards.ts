// Finds the answer cards whose questions are like what was asked, and cites the passages that each card rests on.
import { type AnswerCard, type CardMatch, type FindCards, isAddress } from '#core/answer-card.ts';
import type { Citation } from '#core/conversation.ts';
import type { Chunk } from '#core/document.ts';
import type { GenerationInfo } from '#core/retriever.ts';
import { cosinesWith, dotProduct, matrixRow } from '#core/vector-matrix.ts';
import type { Generation } from '../generations/generation-reader.ts';

type Searched = Pick<Generation, 'chunks' | 'vectors' | 'cards' | 'cardVectors'> &
  Pick<GenerationInfo, 'modelId' | 'dimensions'>;

export function createFindCards(generation: Searched): FindCards {
  const { modelId, dimensions, cards, cardVectors } = generation;
  const rows = cards.flatMap((card) => card.questions.map((question) => ({ card, question })));
  const citations = citationsOfCards(generation);

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

function citationsOfCards({ chunks, vectors, cards, cardVectors }: Searched): Map<string, Citation[]> {
  const ofCustomers = [...chunks.keys()].filter((row) => chunks[row]!.audience === 'customer');
  const rowsOf = Map.groupBy(ofCustomers, (row) => chunks[row]!.documentId);
  for (const [url, rows] of Map.groupBy(ofCustomers, (row) => chunks[row]!.url ?? '')) rowsOf.set(url, rows);
  let firstRow = 0;
  return new Map(
    cards.map((card) => {
      const asked = matrixRow(cardVectors, firstRow);
      firstRow += card.questions.length;
      const similarity = (row: number) => dotProduct(matrixRow(vectors, row), 0, asked, 0, asked.length);
      const cited = card.sources.flatMap((source) => {
        const rows = rowsOf.get(source);
        // Of an article the passage that resembles the question most.
        if (rows) return [passage(chunks[rows.reduce((a, b) => (similarity(b) > similarity(a) ? b : a))]!)];
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
