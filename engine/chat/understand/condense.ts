// From a conversation to one standalone search query, without a language model.
import type { Turn } from '#core/conversation.ts';
import type { QueryContext } from '#core/retriever.ts';
import { contentWords, wordsOf } from './content-words.ts';

export interface CondensedQuery {
  /** Complete in itself, for what reads it: the last turn, behind the turns before it if it says little without them. */
  readonly query: string;
  /** What to search with: the last turn, beside it what the conversation was about before. */
  readonly search: SearchQuery;
  /** The last turn was not complete in itself, so that earlier turns were joined to it. */
  readonly followUp: boolean;
}

export interface SearchQuery {
  readonly query: string;
  readonly context?: QueryContext;
}

export interface CondenseOptions {
  /** The desk's last turn asked back, so what comes now is the answer to it. */
  readonly afterClarify?: boolean;
  /** False for a customer's turn that is about nothing, such as a greeting. */
  readonly isAboutSomething?: (text: string) => boolean;
}

/** What the embedder reads is limited; the last turn must always fit. Words. */
const replyWords = 20;
const customerTurnWords = 60;
const exchangesRead = 3;

/**
 * What the context counts beside a turn that needs it, and beside one that seems complete: that one often still leaves out the
 * product or the device, and where it changes the subject, it says enough to outweigh half a context. Measured (docs/retrieval.md).
 */
const followUpWeight = 1;
const completeWeight = 0.5;

/** `turns`: oldest first; the last one is the customer's question. */
export function condense(
  turns: readonly Turn[],
  { afterClarify = false, isAboutSomething = () => true }: CondenseOptions = {},
): CondensedQuery {
  const last = turns.at(-1)?.text.trim() ?? '';
  const context = contextBefore(turns, { afterClarify, isAboutSomething });
  if (context === '') return { query: last, search: { query: last }, followUp: false };
  const followUp = afterClarify || isElliptical(last);
  const query = followUp ? [context, last].filter(Boolean).join('\n') : last;
  // What answers a question back is no question by itself: searched for alone, "one that I opened last week" finds setups and repairs.
  if (afterClarify && !asks.test(last)) return { query, search: { query }, followUp };
  return {
    query,
    search: {
      query: last,
      context: { text: context, weight: followUp ? followUpWeight : completeWeight },
    },
    followUp,
  };
}

/**
 * What the last turn leans on, newest first because an embedder may read only the beginning: the exchange before it, and as long as the
 * customer's turn in that could not stand alone either, the one before. Behind "Does the doorbell need a chime?" and "And outdoors?",
 * "How long does it last?" is still about the doorbell.
 */
function contextBefore(
  turns: readonly Turn[],
  { afterClarify, isAboutSomething }: Required<CondenseOptions>,
): string {
  const context: string[] = [];
  let end = turns.length - 1;
  for (let exchange = 0; exchange < exchangesRead; exchange++) {
    const at = turns
      .slice(0, Math.max(0, end))
      .findLastIndex(({ author, text }) => author === 'customer' && isAboutSomething(text));
    if (at < 0) break;
    const question = turns[at]!.text;
    context.push(firstWords(question, customerTurnWords));
    const reply = turns.slice(at + 1, end).find(({ author }) => author !== 'customer');
    // A question back lists topics that the customer may not mean: it is no context to search with.
    if (reply && !(afterClarify && exchange === 0)) context.push(firstWords(reply.text, replyWords));
    if (!isElliptical(question)) break;
    end = at;
  }
  return context.filter(Boolean).join('\n');
}

const opening =
  /^(?:(?:ok(?:ay)?|hm+|oh|ah|right|thanks?(?: you)?|great|cool|sorry|yes|yeah|yep|no|nope)[\s,.!]+)*(?:and|but|or|so|also|then|plus|what (?:about|if)|how about|what else|and if|same|why|when|where|really|which one|how (?:long|much|many|come|so)|for (?:how long|how much)|is (?:it|that|this)|does (?:it|that|this)|do (?:they|those|these)|can (?:it|that|this|they)|will (?:it|that|this|they))\b/i;
const asks = /\?|\b(?:how|what|where|when|why|who|which|can i|could i|do you|does|is there|are there)\b/i;
const reference =
  /\b(?:it|its|that|this|those|these|them|they|their|there|one|ones|same|other|another|instead|either|both|neither|then|too|again|else|such|above|previous|first|second|last|latter|former|step|he|she|her|him)\b/i;
/** True when the turn can hardly be understood without the turns before it. */
export function isElliptical(text: string): boolean {
  const content = contentWords(text);
  if (content.size <= 1) return true;
  if (opening.test(text.trim())) return content.size <= 7;
  if (reference.test(text)) return content.size <= 5;
  return wordsOf(text).length <= 2;
}

function firstWords(text: string, count: number): string {
  return text.trim().split(/\s+/).slice(0, count).join(' ');
}
