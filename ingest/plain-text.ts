// Plain text files: paragraphs as written, whether their lines were wrapped at a column or are paragraphs themselves.
import { tidyWhitespace } from './clean.ts';

export function plainTextToText(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return tidyWhitespace(
    isWrapped(lines)
      ? lines.join('\n')
      : lines.join('\n\n').replace(/\n\n(?=\s*(?:[-*•]|\d{1,3}[.)])\s)/g, '\n'),
  );
}

/** Text wrapped at a column has many lines of nearly the same length and none much longer. */
function isWrapped(lines: readonly string[]): boolean {
  const inside = lines
    .filter((line, index) => line !== '' && (lines[index + 1] ?? '') !== '')
    .map((line) => line.length);
  if (inside.length < 2) return false;
  const longest = Math.max(...lines.map((line) => line.length));
  return longest <= 120 && inside.filter((length) => length > longest * 0.7).length >= inside.length / 2;
}
