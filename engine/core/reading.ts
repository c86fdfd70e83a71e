// What a reader says of a part of the text that it read.
import type { ReadWord } from './document.ts';

/** Mean probability of the characters from `start` to `end` that were read; undefined where none of them was. */
export function belongsWithin(reading: readonly ReadWord[], start: number, end: number): number | undefined {
  let characters = 0;
  let sum = 0;
  for (const word of reading) {
    const shared = Math.min(end, word.end) - Math.max(start, word.start);
    if (shared <= 0) continue;
    characters += shared;
    sum += shared * word.belongs;
  }
  return characters === 0 ? undefined : sum / characters;
}
