// Plain text files: paragraphs as written, whether their lines were wrapped at a column or are paragraphs themselves.
import { readBlocks } from '#core/text-blocks.ts';
import { tidyWhitespace } from './clean.ts';
import type { ParsedText } from './parsed-text.ts';

export function parsePlainText(raw: string): ParsedText {
  const lines = raw.split('\n').map((line) => line.trimEnd());
  const text = tidyWhitespace(
    isWrapped(lines)
      ? lines.join('\n')
      : lines.join('\n\n').replace(/\n\n(?=[ \t]*(?:[-*•]|\d{1,3}[.)])\s)/g, '\n'),
  );
  return { text, blocks: withPaths(text), invisibleRemoved: 0 };
}

/** Blocks of text that no parser has read, with the headings above them. */
export function withPaths(text: string): ParsedText['blocks'] {
  let headings: { readonly level: number; readonly text: string }[] = [];
  return readBlocks(text).map((block) => {
    if (block.kind === 'heading') headings = headings.filter(({ level }) => level < block.level);
    const headingPath = headings.map((heading) => heading.text);
    if (block.kind === 'heading')
      headings.push({
        level: block.level,
        text: text.slice(block.start, block.end).replace(/^#+[ \t]+/, ''),
      });
    return { ...block, headingPath };
  });
}

/** Text wrapped at a column has many lines of nearly the same length and none much longer. */
function isWrapped(lines: readonly string[]): boolean {
  const inside = lines
    .filter((line, index) => line !== '' && (lines[index + 1] ?? '') !== '')
    .map((line) => line.length);
  if (inside.length < 2) return false;
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  return longest <= 120 && inside.filter((length) => length > longest * 0.7).length >= inside.length / 2;
}
