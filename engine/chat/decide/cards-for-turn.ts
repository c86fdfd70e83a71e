// Looks up the answer cards for a customer's message.
import type { Conversation } from '#core/conversation.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { Understanding } from '../understand/understand.ts';
import { type ChosenCards, chooseCards, isSameQuestion } from './choose-cards.ts';

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
  if (act.kind !== 'question') return {};
  const { findCards, generation } = knowledgeBase();
  if (!findCards) return {};
  const chosen = chooseCards({
    question: query,
    modelId: generation.modelId,
    found: findCards(vector),
    history: conversation.messages,
    language: conversation.language,
    now,
  });
  if (!context || context.weight < 1) return chosen;
  // A question that cannot be understood without what came before is none that the team has written down, unless it has.
  const { given } = chosen;
  return given && isSameQuestion(query, given.question) ? { given } : {};
}
