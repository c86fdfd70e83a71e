// What the team wrote, word for word, with where it stands.
import type { CardMatch } from '#core/answer-card.ts';
import type { Citation, Message } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';

/** Nothing is weighed against it, so it says nothing of how it was found. */
export type CardReply = Required<Pick<Message, 'text' | 'citations' | 'cards' | 'model'>>;

/** `matches`: in the order in which they are to be read. */
export function cardReply(matches: readonly CardMatch[]): CardReply {
  const citations = new Map<string, Citation>();
  for (const citation of matches.flatMap((match) => match.citations))
    if (!citations.has(citation.chunkId))
      citations.set(citation.chunkId, { ...citation, number: citations.size + 1 });
  return {
    text: matches
      .map(({ card }) => card.answer.trim())
      .filter(Boolean)
      .join('\n\n'),
    citations: [...citations.values()],
    cards: matches.map(({ card }) => card.id),
    model: { name: 'card' },
  };
}

/** A card that is only near the question, as one passage among others. `score`: as theirs are. */
export function cardPassage(
  { card, question, similarity = 0, citations }: CardMatch,
  score: number,
): ScoredChunk {
  const { id, answer, source, audience, language } = card;
  const url = citations[0]?.url;
  return {
    chunk: {
      id: `${id}#0`,
      documentId: id,
      ordinal: 0,
      title: question,
      headingPath: [],
      text: answer,
      start: 0,
      end: answer.length,
      source,
      kind: 'article',
      audience,
      language,
      ...(url === undefined ? {} : { url }),
    },
    score,
    evidence: { cosine: similarity },
  };
}
