// From a conversation to one standalone search query, without a language model.
import type { Turn } from '#core/conversation.ts';
import type { QueryContext } from '#core/retriever.ts';

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
  /** The desk's last turn asked back, so that whatever comes now is the answer to it. */
  readonly afterClarify?: boolean;
}

/** What the embedder reads is limited; the last turn must always fit. Words. */
const agentTurnWords = 20;
const customerTurnWords = 60;

/**
 * What the context counts beside a turn that needs it, and beside one that seems complete: that one often still leaves out the
 * product or the device, and where it changes the subject, it says enough to outweigh half a context. Measured (docs/retrieval.md).
 */
const followUpWeight = 1;
const completeWeight = 0.5;

/** `turns`: oldest first; the last one is the customer's question. */
export function condense(
  turns: readonly Turn[],
  { afterClarify = false }: CondenseOptions = {},
): CondensedQuery {
  const last = turns.at(-1)?.text.trim() ?? '';
  const previousCustomer = turns
    .slice(0, -1)
    .findLast((turn) => turn.role === 'customer' && !isSmallTalk(turn.text));
  if (!previousCustomer) return { query: last, search: { query: last }, followUp: false };
  const previousAgent = turns.slice(0, -1).findLast((turn) => turn.role === 'agent');
  const followUp = afterClarify || isElliptical(last);
  const context = [
    firstWords(previousCustomer.text, customerTurnWords),
    // A question back lists topics that the customer may not mean: it is no context to search with.
    previousAgent && !afterClarify ? firstWords(previousAgent.text, agentTurnWords) : '',
  ]
    .filter(Boolean)
    .join('\n');
  return {
    query: followUp ? [context, last].filter(Boolean).join('\n') : last,
    search: {
      query: last,
      context: { text: context, weight: followUp ? followUpWeight : completeWeight },
    },
    followUp,
  };
}

const opening =
  /^(?:(?:ok(?:ay)?|hm+|oh|ah|right|thanks?(?: you)?|great|cool|sorry|yes|yeah|yep|no|nope)[\s,.!]+)*(?:and|but|or|so|also|then|plus|what (?:about|if)|how about|what else|and if|same|why|when|where|really|which one|how (?:long|much|many|come|so)|for (?:how long|how much)|is (?:it|that|this)|does (?:it|that|this)|do (?:they|those|these)|can (?:it|that|this|they)|will (?:it|that|this|they))\b/i;
const reference =
  /\b(?:it|its|that|this|those|these|them|they|their|there|one|ones|same|other|another|instead|either|both|neither|then|too|again|else|such|above|previous|first|second|last|latter|former|step|he|she|her|him)\b/i;
const stopWords = new Set(
  (
    'a an the and or but so if of to in on at by for with from as is are was were be been do does did can could will would should may might must have has had i me my we our you your he she ' +
    'it its they them their this that these those there here what which who when where why how about also just not no yes ok okay please thanks thank you hi hello hey want need get got go going know tell say help still even only really very much many any some all too then than now again else like im ive dont cant doesnt isnt wont didnt'
  ).split(' '),
);

/** True when the turn can hardly be understood without the turns before it. */
export function isElliptical(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
  const content = new Set(
    words.map((word) => word.replace(/['’]/g, '')).filter((word) => !stopWords.has(word)),
  );
  if (content.size <= 1) return true;
  if (opening.test(text.trim())) return content.size <= 7;
  if (reference.test(text)) return content.size <= 5;
  return words.length <= 2;
}

const smallTalk =
  /^(?:[\s\p{P}\p{Extended_Pictographic}]|(?:hi+|hello+|hey+|good (?:morning|afternoon|evening|day)|greetings|hola|buenos d[ií]as|bonjour|salut|hallo|guten (?:tag|morgen|abend)|moin|there|team|all|everyone|thanks?|thank you|thx|ty|merci|gracias|danke|cheers|so much|very much|a lot|bye|goodbye|see you|have a (?:nice|good|great) (?:day|one)|ok(?:ay)?|great|perfect|cool|awesome|that helped|that works|got it|all good|no that's all|that's all|you too)\b)*$/iu;
const gratitude =
  /\b(?:thanks?|thank you|thx|ty|merci|gracias|danke|cheers|great|perfect|cool|awesome|that helped|that works|got it|all good|that's all|ok(?:ay)?|bye|goodbye)\b/i;

/** A greeting or a word of thanks, and nothing besides. */
export function isSmallTalk(text: string): boolean {
  return text.trim().length > 0 && smallTalk.test(text.trim());
}

export function isGratitude(text: string): boolean {
  return isSmallTalk(text) && gratitude.test(text);
}

function firstWords(text: string, count: number): string {
  return text.trim().split(/\s+/).slice(0, count).join(' ');
}
