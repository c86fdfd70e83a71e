// Words that were broken at the end of a line, put together where the joined word is right.
import type { PdfLine } from './pdf-lines.ts';

/** English words that stand in front of a hyphen which belongs to the word. */
const keepsHyphen =
  /(?:^|[^\p{L}])(?:self|well|high|low|long|short|real|full|half|all|ex|cross|multi|non|pre|post|two|three|four|one|built|check|log|sign|set|add|pop|plug|read|opt|follow|back|e|third|first|second|user|state|step)$/iu;

export interface WordJoiner {
  /** The line with what follows it. */
  join(line: string, next: string): string;
}

/** Learns from the document which words it has, whole and with a hyphen. */
export function createWordJoiner(lines: readonly PdfLine[]): WordJoiner {
  const words = new Set<string>();
  const compounds = new Set<string>();
  for (const { text } of lines) {
    const all = Array.from(text.matchAll(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*-?/gu), ([word]) =>
      word.toLowerCase(),
    );
    for (const [index, word] of all.entries()) {
      // The first and the last word of a line may be parts.
      if (word.endsWith('-')) continue;
      if (word.includes('-')) compounds.add(word);
      else if (index > 0) words.add(word);
    }
  }
  return {
    join(line, next) {
      if (line.endsWith('\u00AD')) return line.slice(0, -1) + next;
      const first = /([\p{L}\p{M}]+)[-\u2010]$/u.exec(line)?.[1];
      const second = /^[\p{L}\p{M}]+/u.exec(next)?.[0];
      if (first === undefined || second === undefined)
        return /[-\u2010/]$/.test(line) ? line + next : `${line} ${next}`;
      const isPart = /^\p{Ll}/u.test(second) && !isCompound(line.slice(0, -1), first, second);
      return isPart ? line.slice(0, -1) + next : line + next;
    },
  };

  function isCompound(before: string, first: string, second: string): boolean {
    const [left, right] = [first.toLowerCase(), second.toLowerCase()];
    if (compounds.has(`${left}-${right}`)) return true;
    if (words.has(left + right)) return false;
    return keepsHyphen.test(before) || (words.has(left) && words.has(right) && left.length > 2);
  }
}
