// What a small model reads of a passage at once: some sentences that stand together.
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { splitSentences } from '#core/sentences.ts';

/** As in training (training/groundedness/claims.py); with the sentence that is checked it fits into the model. */
const windowWords = 90;

/**
 * Whole sentences, each window beginning with the last sentence of the one before. Of a long passage those with most words of the sentence,
 * at most `most`. Never empty.
 */
export function nearestWindows(sentence: string, passage: string, most: number): string[] {
  const windows = windowsOf(passage);
  if (windows.length <= most) return windows;
  const said = new Set(tokenizeForSearch(sentence));
  const shared = (window: string) => new Set(tokenizeForSearch(window).filter((word) => said.has(word))).size;
  return windows
    .map((window) => ({ window, shared: shared(window) }))
    .sort((a, b) => b.shared - a.shared)
    .slice(0, most)
    .map(({ window }) => window);
}

function windowsOf(passage: string): string[] {
  const ranges = splitSentences(passage);
  const words = ranges.map(({ start, end }) => passage.slice(start, end).split(/\s+/).length);
  const windows: string[] = [];
  for (let first = 0; first < ranges.length; ) {
    let next = first + 1;
    let size = words[first]!;
    while (next < ranges.length && size + words[next]! <= windowWords) size += words[next++]!;
    windows.push(passage.slice(ranges[first]!.start, ranges[next - 1]!.end));
    if (next >= ranges.length) break;
    first = next - 1 > first ? next - 1 : next;
  }
  return windows.length > 0 ? windows : [passage];
}
