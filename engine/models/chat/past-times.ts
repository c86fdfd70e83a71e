// What held at some time is no answer to what holds now.
import type { ChosenBlock } from './shown-part.ts';

const present =
  /(?<!\p{L})(?:now|nowadays|currently|today|these days|at (?:the moment|present)|jetzt|derzeit|zurzeit|aktuell|momentan|heute|ahora|actualmente|hoy|en este momento|maintenant|actuellement|aujourd['’]hui|en ce moment|agora|atualmente|hoje|neste momento)(?!\p{L})|现在|目前|当前|如今/iu;
const year = /(?<![\p{L}\p{N}.,])(?:19|20)\d{2}(?![\p{L}\p{N}]|[.,]\d)/u;

/** "What does it cost now?", with no year named. */
export function asksForPresent(question: string): boolean {
  return present.test(question) && !year.test(question);
}

/** Whether a block tells of a certain year: a list of changes, an old notice. */
export function tellsOfYear({ units }: ChosenBlock): boolean {
  return units.some(({ text }) => year.test(text));
}
