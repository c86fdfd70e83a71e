// How the customer feels: by what their turns do (the shipped classifier of dialogue acts), by words, and by how they are written.
import type { ReadConversation } from './conversation-record.ts';
import { countOf, labelWords } from './label-words.ts';
import type { LabellingFunction, Vote } from './labelling-function.ts';

/** Letters that a text in capitals has at least: "OK" is no shouting. */
const leastShouted = 12;

type Judge = (conversation: ReadConversation) => Vote | undefined;

const byActs: Judge = ({ acts }) => {
  const angry = acts.find(({ act }) => act === 'anger');
  if (angry) return { value: 'negative', confidence: Math.min(0.95, angry.probability) };
  if (acts.some(({ act }) => act === 'unhelped')) return { value: 'negative', confidence: 0.7 };
  if (acts.length > 1 && acts.at(-1)?.act === 'thanks') return { value: 'positive', confidence: 0.75 };
  return undefined;
};

const byWords: Judge = (conversation) => {
  const table = labelWords[conversation.language];
  if (!table) return undefined;
  const text = customerText(conversation);
  const negative = countOf(table.negative, text);
  const positive = countOf(table.positive, text);
  // A polite word stands in every third complaint, so one against a positive one decides.
  if (negative > 0 && negative >= positive)
    return { value: 'negative', confidence: negative > 1 ? 0.9 : 0.75 };
  if (positive > negative) return { value: 'positive', confidence: positive > 1 ? 0.7 : 0.5 };
  return undefined;
};

const byWriting: Judge = (conversation) => {
  const text = customerText(conversation);
  const letters = text.replace(/[^\p{Lu}\p{Ll}]/gu, '');
  const shouts = letters.length >= leastShouted && letters === letters.toUpperCase();
  if (shouts || /[!?]{3}/.test(text)) return { value: 'negative', confidence: 0.7 };
  if (/[\u{1F620}-\u{1F624}\u{1F92C}\u{1F44E}]/u.test(text)) return { value: 'negative', confidence: 0.85 };
  if (/[\u{1F600}-\u{1F60D}\u{1F44D}\u{2764}\u{1F64F}]/u.test(text))
    return { value: 'positive', confidence: 0.75 };
  return undefined;
};

/** Where nothing tells of a feeling. A voter of its own, so that how often it is right does not lend the others weight. */
const calm: Judge = (conversation) =>
  conversation.acts.length > 0 &&
  [byActs, byWords, byWriting].every((judge) => judge(conversation) === undefined)
    ? { value: 'neutral', confidence: 0.75 }
    : undefined;

export const sentimentFunctions: readonly LabellingFunction[] = [
  { name: 'acts', kind: 'sentiment', vote: byActs },
  { name: 'words', kind: 'sentiment', vote: byWords },
  { name: 'writing', kind: 'sentiment', vote: byWriting },
  { name: 'calm', kind: 'sentiment', vote: calm },
];

export function customerText({ turns }: Pick<ReadConversation, 'turns'>): string {
  return turns.flatMap(({ author, text }) => (author === 'customer' ? [text] : [])).join('\n');
}
