// The blocks of a text after words in it were replaced: the same lines, at other offsets.
import type { ParsedBlock, ParsedText } from '#parse/parsed-text.ts';
import { withPaths } from '#parse/plain-text.ts';

/** `text` is `parsed.text` with some of its words replaced. Headings above a block are those of the new text. */
export function redactedBlocks(parsed: ParsedText, text: string): readonly ParsedBlock[] {
  if (text === parsed.text) return parsed.blocks;
  const before = lineStarts(parsed.text);
  const after = lineStarts(text);
  // A secret of several lines went: then the lines say what they are.
  if (before.length !== after.length) return withPaths(text);
  const names = new Map<string, string>();
  let line = 0;
  return parsed.blocks.map((block) => {
    while ((before[line + 1] ?? Number.POSITIVE_INFINITY) <= block.start) line += 1;
    const start = after[line]! + block.start - before[line]!;
    while ((before[line + 1] ?? Number.POSITIVE_INFINITY) <= block.end) line += 1;
    const end = (after[line + 1] ?? text.length + 1) - 1;
    if (block.kind === 'heading')
      names.set(nameOf(parsed.text, block), nameOf(text, { ...block, start, end }));
    return { ...block, start, end, headingPath: block.headingPath.map((name) => names.get(name) ?? name) };
  });
}

function nameOf(text: string, { start, end }: ParsedBlock): string {
  return text.slice(start, end).replace(/^#+ /, '');
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
