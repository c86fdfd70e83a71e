// What of the passages a chat model is given: the sections that answer, by what the reader made of their words, whole as long as they fit.
// Where one does not fit, whole sentences of it: nothing ends in the middle of one.
import type { Chunk, ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { splitSentences } from '#core/sentences.ts';
import { readBlocks, unpackBlocks } from '#core/text-blocks.ts';

export interface PassageRoom {
  readonly countTokens: (text: string) => number;
  /** For all passages together. */
  readonly tokens: number;
}

export interface PromptPassage {
  readonly passage: ScoredChunk;
  /** Markdown, in reading order. */
  readonly text: string;
}

interface Part {
  readonly passage: number;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** What stands far behind the best section is left out, although there is room. */
const leastShare = 0.25;

/** In the order of `passages`, without those of which nothing fits. Numbers of passages are their places in the result. */
export function promptPassages(
  passages: readonly ScoredChunk[],
  query: string,
  { countTokens, tokens }: PassageRoom,
): PromptPassage[] {
  const question = new Set(tokenizeForSearch(query));
  const parts = passages.flatMap((passage, index) => sectionsOf(passage, index, question));
  const ranked = parts.toSorted((a, b) => b.score - a.score || a.passage - b.passage || a.start - b.start);
  const best = ranked[0]?.score ?? 0;
  let left = tokens;
  const taken: Part[] = [];
  for (const part of ranked) {
    if (part !== ranked[0] && part.score < best * leastShare) break;
    const { text } = passages[part.passage]!.chunk;
    const cost =
      countTokens(text.slice(part.start, part.end)) + headingTokens(taken, part, passages, countTokens);
    if (cost <= left) {
      left -= cost;
      taken.push(part);
    } else if (taken.length === 0) {
      taken.push(
        ...sentencesWithin(text, part, {
          countTokens,
          tokens: left - cost + countTokens(text.slice(part.start, part.end)),
        }),
      );
      break;
    }
  }
  return passages.flatMap((passage, index) => {
    const own = taken.filter((part) => part.passage === index).sort((a, b) => a.start - b.start);
    if (own.length === 0) return [];
    const pieces = own.map(({ start, end }) => passage.chunk.text.slice(start, end).trim());
    return [{ passage, text: [titleOf(passage.chunk), ...pieces].filter(Boolean).join('\n') }];
  });
}

/** The title of a past conversation is what a customer wrote: it is no part of what the team knows. */
export function titleOf({ kind, title, headingPath }: Chunk): string {
  return kind === 'article' ? [title, ...headingPath].filter(Boolean).join(' > ') : '';
}

function headingTokens(
  taken: readonly Part[],
  { passage }: Part,
  passages: readonly ScoredChunk[],
  countTokens: PassageRoom['countTokens'],
): number {
  return taken.some((part) => part.passage === passage)
    ? 2
    : countTokens(titleOf(passages[passage]!.chunk)) + 2;
}

/** From one heading to the next. Their score: what the reader says of the best words in them, or how many words of the question they hold. */
function sectionsOf({ chunk, reading }: ScoredChunk, passage: number, question: ReadonlySet<string>): Part[] {
  const blocks = chunk.blocks === undefined ? readBlocks(chunk.text) : unpackBlocks(chunk.blocks);
  const starts = [0, ...blocks.filter(({ kind }) => kind === 'heading').map(({ start }) => start)];
  const bounds = [...new Set(starts)].sort((a, b) => a - b);
  return bounds
    .map((start, index) => ({ start, end: bounds[index + 1] ?? chunk.text.length }))
    .filter(({ start, end }) => chunk.text.slice(start, end).trim() !== '')
    .map(({ start, end }) => {
      const read = reading?.filter((word) => word.start >= start && word.end <= end) ?? [];
      const words = new Set(tokenizeForSearch(chunk.text.slice(start, end)));
      const held = [...question].filter((word) => words.has(word)).length / Math.max(1, question.size);
      const answers = Math.max(0, ...read.map(({ belongs }) => belongs));
      // The order of the passages decides where nothing else does.
      return { passage, start, end, score: (reading ? answers : held) + 0.01 * (held + 1) - 0.001 * passage };
    });
}

/** From the first sentence on as many as fit; at least nothing. */
function sentencesWithin(
  text: string,
  { passage, start, end, score }: Part,
  { countTokens, tokens }: PassageRoom,
): Part[] {
  let last = start;
  for (const sentence of splitSentences(text.slice(start, end))) {
    if (countTokens(text.slice(start, start + sentence.end)) > tokens) break;
    last = start + sentence.end;
  }
  return last > start ? [{ passage, start, end: last, score }] : [];
}
