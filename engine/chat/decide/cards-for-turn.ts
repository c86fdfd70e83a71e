// Looks up the answer cards for a customer's message.
import type { Conversation } from '#core/conversation.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { Understanding } from '../understand/understand.ts';
import { type ChosenCards, chooseCards } from './choose-cards.ts';

interface CardLookup {
  readonly knowledgeBase: () => KnowledgeBase;
  /** Up to the message, without it. */
  readonly conversation: Conversation;
  readonly now: Date;
}

/** Throws as `knowledgeBase` does. */
export function cardsForTurn(
  { act, query, context, vector }: Understanding,
  { knowledgeBase, conversation, now }: CardLookup,
): ChosenCards {
  // A question that cannot be understood without what came before is none that the team has written down.
  if (act.kind !== 'question' || (context && context.weight >= 1)) return {};
  const { findCards, generation } = knowledgeBase();
  if (!findCards) return {};
  return chooseCards({
    question: query,
    modelId: generation.modelId,
    found: findCards(vector),
    history: conversation.messages,
    language: conversation.language,
    now,
  });
}
