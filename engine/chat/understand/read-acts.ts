// What a message does by its words: by the classifier's guess on the whole, and on each of its sentences where the whole is not sure.
import type { ActClassifier, ActGuess, DialogueAct } from '#core/dialogue-acts.ts';
import { hasControlTokens, hasInvisibleLetters } from './machine-text.ts';

export interface ActReader {
  /** `question` for everything that is not sure to be something else. */
  read(text: string): Pick<ActGuess, 'act' | 'probability'>;
  /** Whether the message, or a sentence of it, does this. */
  says(text: string, act: DialogueAct): boolean;
}

/** Between the characters of these, a message goes on in another sentence. */
const sentenceEnd = /(?<=[.!?…])\s+|(?<=[。！？])|\n+/u;
const sentencesRead = 12;
const charactersRead = 4_000;

/**
 * One sentence of these decides for the whole message, if it is surer than a message has to be: without that, 13 of 4,667 questions were
 * taken for one, nearly all of them by a sentence.
 */
const sentenceProbability = 0.95;
const decisive: readonly DialogueAct[] = ['attack', 'person'];
/** Of a message each of whose sentences does something else than ask, the first of these that one of them does. */
const precedence: readonly DialogueAct[] = ['anger', 'unhelped', 'address', 'goodbye', 'thanks', 'greeting'];

export function createActReader(classifier: ActClassifier): ActReader {
  const sure = (text: string): Pick<ActGuess, 'act' | 'probability'> => {
    const guess = classifier.classify(text);
    return guess.sure ? guess : { act: 'question', probability: 1 - guess.probability };
  };
  return {
    read(text) {
      if (hasControlTokens(text) || hasInvisibleLetters(text)) return { act: 'attack', probability: 1 };
      const whole = sure(text);
      const sentences = sentencesOf(text);
      if (whole.act !== 'question' || sentences.length < 2) return whole;
      const guesses = sentences.map(sure);
      const found = (act: DialogueAct) => guesses.find((guess) => guess.act === act);
      const decided = guesses.find(
        ({ act, probability }) => decisive.includes(act) && probability >= sentenceProbability,
      );
      if (decided) return decided;
      if (found('question')) return whole;
      return [...decisive, ...precedence].map(found).find((guess) => guess !== undefined) ?? whole;
    },
    says: (text, act) => [text, ...sentencesOf(text)].some((part) => sure(part).act === act),
  };
}

/** Turns of these acts say nothing that could be looked up, or searched with later. */
const aboutNothing = new Set<DialogueAct>([
  'greeting',
  'thanks',
  'goodbye',
  'person',
  'unhelped',
  'anger',
  'address',
]);

export function isAboutSomething(reader: Pick<ActReader, 'read'>): (text: string) => boolean {
  return (text) => !aboutNothing.has(reader.read(text).act);
}

function sentencesOf(text: string): string[] {
  return text
    .slice(0, charactersRead)
    .split(sentenceEnd)
    .filter((sentence) => sentence.trim() !== '')
    .slice(0, sentencesRead);
}
