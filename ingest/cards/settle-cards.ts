// Which cards are stale: a card is true to its source documents as they were when a person last looked at it.
import { type AnswerCard, isAddress } from '#core/answer-card.ts';
import type { Document } from '#core/document.ts';
import { contentHash } from '#knowledge/generations/generation-reader.ts';
import type { ReadCard } from '../source-options.ts';

const versionLength = 12;

/** Of what customers may read of it: its date or address does not count. */
export function documentVersion({ pageContent, metadata }: Document): string {
  return contentHash(JSON.stringify([metadata.title, metadata.audience, pageContent])).slice(
    0,
    versionLength,
  );
}

/** A card as it was read, before it is known what became of its sources. */
export function unsettledCard(read: ReadCard, source: string): AnswerCard {
  const version = contentHash(
    JSON.stringify(Object.entries(read).sort(([a], [b]) => (a < b ? -1 : 1))),
  ).slice(0, versionLength);
  return { ...read, source, version, knownSources: {}, staleSources: [] };
}

export interface SettleOptions {
  readonly documents: readonly Document[];
  /** Cards of the generation before, whose knowledge of their sources goes on for as long as nobody edits them. */
  readonly before: readonly AnswerCard[];
}

/**
 * The versions that a reviewer wrote down count; without them, those that the documents had when this version of the card was first
 * ingested. Whoever edits a card has looked at it.
 */
export function settleCards(
  cards: readonly AnswerCard[],
  { documents, before }: SettleOptions,
): AnswerCard[] {
  const versions = new Map(documents.map((document) => [document.id, documentVersion(document)]));
  const old = new Map(before.map((card) => [card.id, card]));
  return cards.map((card) => {
    const earlier = old.get(card.id);
    const known = earlier?.version === card.version ? earlier.knownSources : {};
    const ids = card.sources.filter((name) => !isAddress(name));
    const knownSources = Object.fromEntries(
      ids.flatMap((id) => {
        const version = card.reviewed?.[id] ?? known[id] ?? versions.get(id);
        return version === undefined ? [] : [[id, version]];
      }),
    );
    const staleSources = ids.filter(
      (id) => versions.get(id) === undefined || versions.get(id) !== knownSources[id],
    );
    return { ...card, knownSources, staleSources };
  });
}
