// Messages made of phrases: customers greet and ask in one breath, shout, and hit the wrong key. What such a message does follows from
// its parts: whoever thanks and asks something asks.
import type { DialogueAct } from '#core/dialogue-acts.ts';
import { randomFrom } from '../metrics/random.ts';
import type { Phrase } from './phrases.ts';

interface Recipe {
  readonly parts: readonly [DialogueAct, DialogueAct];
  readonly makes: DialogueAct;
  /** Messages for each phrase of the act that is made. */
  readonly share: number;
}

const behindGreeting = ['person', 'unhelped', 'anger', 'attack', 'address', 'thanks', 'goodbye'] as const;
const recipes: readonly Recipe[] = [
  { parts: ['greeting', 'question'], makes: 'question', share: 0.4 },
  { parts: ['thanks', 'question'], makes: 'question', share: 0.2 },
  { parts: ['question', 'thanks'], makes: 'question', share: 0.15 },
  { parts: ['anger', 'question'], makes: 'question', share: 0.15 },
  { parts: ['question', 'anger'], makes: 'question', share: 0.1 },
  { parts: ['unhelped', 'question'], makes: 'question', share: 0.15 },
  { parts: ['pick-none', 'question'], makes: 'question', share: 0.05 },
  { parts: ['yes', 'question'], makes: 'question', share: 0.05 },
  { parts: ['question', 'question'], makes: 'question', share: 0.1 },
  ...behindGreeting.map((act): Recipe => ({ parts: ['greeting', act], makes: act, share: 0.3 })),
  { parts: ['thanks', 'goodbye'], makes: 'goodbye', share: 0.4 },
  { parts: ['thanks', 'unhelped'], makes: 'unhelped', share: 0.4 },
  { parts: ['unhelped', 'anger'], makes: 'anger', share: 0.2 },
  { parts: ['anger', 'anger'], makes: 'anger', share: 0.2 },
  { parts: ['question', 'person'], makes: 'person', share: 0.4 },
  { parts: ['anger', 'person'], makes: 'person', share: 0.3 },
  { parts: ['unhelped', 'person'], makes: 'person', share: 0.3 },
  { parts: ['question', 'attack'], makes: 'attack', share: 0.2 },
];

const joints = [', ', '. ', '! ', ' ', '\n', ' - '];
const shoutedShare = 0.12;
const mistypedShare = 0.3;
const emphasisedShare = 0.12;

/** The phrases themselves, then what is made of them: the same for the same seed. */
export function composeMessages(phrases: readonly Phrase[], seed = 1): Phrase[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const made: Phrase[] = [];
  for (const own of Map.groupBy(phrases, ({ language }) => language).values()) {
    const byAct = Map.groupBy(own, ({ act }) => act);
    for (const { parts, makes, share } of recipes) {
      const [first, second] = parts.map((act) => byAct.get(act) ?? []);
      if (!first?.length || !second?.length) continue;
      const count = Math.round((byAct.get(makes)?.length ?? 0) * share);
      for (let index = 0; index < count; index++) {
        const text = `${pick(first).text}${pick(joints)}${pick(second).text}`;
        made.push({ text, act: makes, language: own[0]!.language });
      }
    }
  }
  for (const phrase of phrases) {
    const { text } = phrase;
    if (random() < shoutedShare) made.push({ ...phrase, text: text.toUpperCase() });
    if (random() < mistypedShare) made.push({ ...phrase, text: mistyped(text, random) });
    if (random() < emphasisedShare)
      made.push({ ...phrase, text: `${text}${pick(['!', '!!!', '.', '…', '?!'])}` });
  }
  return [...phrases, ...made];
}

/** One letter left out, doubled, or swapped with the next. */
function mistyped(text: string, random: () => number): string {
  const letters = [...text];
  if (letters.length < 5) return text;
  const at = 1 + Math.floor(random() * (letters.length - 2));
  const kind = random();
  if (kind < 0.4) letters.splice(at, 1);
  else if (kind < 0.6) letters.splice(at, 0, letters[at]!);
  else [letters[at], letters[at + 1]] = [letters[at + 1]!, letters[at]!];
  return letters.join('');
}
