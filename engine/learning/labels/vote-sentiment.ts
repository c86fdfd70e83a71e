// How the customer feels: by what their turns do (the shipped classifier of dialogue acts), by words, and by how they are written.
import type { ReadConversation } from './conversation-record.ts';
import { countOf, labelWords } from './label-words.ts';
import type { LabellingFunction } from './labelling-function.ts';

/** Letters that a text in capitals has at least: "OK" is no shouting. */
const leastShouted = 12;

export const sentimentFunctions: readonly LabellingFunction[] = [
  {
    name: 'acts',
    kind: 'sentiment',
    vote({ acts }) {
      const found = (...names: string[]) => acts.find(({ act }) => names.includes(act));
      const angry = found('anger');
      if (angry) return { value: 'negative', confidence: Math.min(0.95, angry.probability) };
      if (found('unhelped')) return { value: 'negative', confidence: 0.7 };
      const last = acts.at(-1);
      if (acts.length > 1 && last?.act === 'thanks') return { value: 'positive', confidence: 0.75 };
      return acts.length > 0 ? { value: 'neutral', confidence: 0.75 } : undefined;
    },
  },
  {
    name: 'words',
    kind: 'sentiment',
    vote(conversation) {
      const table = labelWords[conversation.language];
      const text = customerText(conversation);
      if (!table || text === '') return undefined;
      const negative = countOf(table.negative, text);
      const positive = countOf(table.positive, text);
      if (negative > positive) return { value: 'negative', confidence: negative > 1 ? 0.9 : 0.75 };
      // A polite word stands in every third complaint.
      if (positive > negative) return { value: 'positive', confidence: positive > 1 ? 0.7 : 0.5 };
      return undefined;
    },
  },
  {
    name: 'writing',
    kind: 'sentiment',
    vote(conversation) {
      const text = customerText(conversation);
      const letters = text.replace(/[^\p{Lu}\p{Ll}]/gu, '');
      const shouts = letters.length >= leastShouted && letters === letters.toUpperCase();
      if (shouts || /[!?]{3}/.test(text)) return { value: 'negative', confidence: 0.7 };
      if (/[\u{1F620}-\u{1F624}\u{1F92C}\u{1F44E}]/u.test(text))
        return { value: 'negative', confidence: 0.85 };
      if (/[\u{1F600}-\u{1F60D}\u{1F44D}\u{2764}\u{1F64F}]/u.test(text))
        return { value: 'positive', confidence: 0.75 };
      return undefined;
    },
  },
];

export function customerText({ turns }: Pick<ReadConversation, 'turns'>): string {
  return turns.flatMap(({ author, text }) => (author === 'customer' ? [text] : [])).join('\n');
}
