// The citations of an answer, from the numbers that it cites.
import { citedSentences } from '#core/cited-sentences.ts';
import type { Citation } from '#core/conversation.ts';
import type { Chunk, ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { type SentenceRange, splitSentences } from '#core/sentences.ts';
import { readBlocks, type TextBlock, unpackBlocks } from '#core/text-blocks.ts';

/** Share of the words of the shorter of two sentences that the other one holds, from which on they say the same. */
const saysTheSame = 0.75;
/** Fewer words ("Yes.", a heading) are in many sentences: those have to be the same. */
const tellingWords = 3;

/** `cited`: 1-based numbers of `passages`, in the order in which the text cites them. `answer`: the whole text, once it is known. */
export function citationsOf(
  cited: readonly number[],
  passages: readonly ScoredChunk[],
  answer?: string,
): Citation[] {
  const sentences = answer === undefined ? [] : citedSentences(answer);
  return cited.map((passage, index) => {
    const { chunk } = passages[passage - 1]!;
    const number = index + 1;
    const said = sentences.filter(({ citations }) => citations.includes(number)).map(({ text }) => text);
    const used = usedRanges(chunk.text, said);
    const blocks = chunk.blocks === undefined ? readBlocks(chunk.text) : unpackBlocks(chunk.blocks);
    const headings = headingsAbove(chunk, blocks, used[0]);
    const page = pageOf(blocks, used[0]);
    const headingPath = page === undefined ? headings : [...headings, `p. ${page}`];
    return {
      number,
      documentId: chunk.documentId,
      chunkId: chunk.id,
      title: chunk.title,
      ...(chunk.url === undefined ? {} : { url: addressOf(chunk.url, headings, page) }),
      ...(headingPath.length === 0 ? {} : { headingPath }),
      quote: chunk.text,
      ...(used.length === 0 ? {} : { used }),
    };
  });
}

/** The sentences of a passage that an answer repeats or shortens. */
function usedRanges(passage: string, said: readonly string[]): SentenceRange[] {
  const answers = said.map(wordsOf).filter(({ size }) => size > 0);
  if (answers.length === 0) return [];
  return splitSentences(passage).filter(({ start, end }) => {
    const words = wordsOf(passage.slice(start, end));
    return answers.some((others) => {
      const shared = [...words].filter((word) => others.has(word)).length;
      const shorter = Math.min(words.size, others.size);
      return shared >= (shorter < tellingWords ? Math.max(words.size, others.size) : saysTheSame * shorter);
    });
  });
}

/** A passage may hold several short sections: then the heading above the first sentence used is in the passage itself. */
function headingsAbove(
  chunk: Chunk,
  blocks: readonly TextBlock[],
  used: SentenceRange | undefined,
): readonly string[] {
  const block = blocks.findLast(({ kind, start }) => kind === 'heading' && used && start <= used.start);
  const heading = block && chunk.text.slice(block.start, block.end).replace(/^#+\s+/, '');
  const isKnown = heading === undefined || heading === chunk.title || heading === chunk.headingPath.at(-1);
  return isKnown ? chunk.headingPath : [...chunk.headingPath, heading];
}

/** Of the first sentence used, in a file that has pages. */
function pageOf(blocks: readonly TextBlock[], used: SentenceRange | undefined): number | undefined {
  return (blocks.findLast(({ start }) => used && start <= used.start) ?? blocks[0])?.page;
}

const wordsOf = (text: string) => new Set(tokenizeForSearch(text));

function addressOf(url: string, headings: readonly string[], page: number | undefined): string {
  if (page === undefined) return sectionAddress(url, headings);
  // RFC 8118: the fragment of a PDF.
  return url.includes('#') ? url : `${url}#page=${page}`;
}

/**
 * Help centres name a heading in its address as GitHub does, or not at all; then the link leads to the top of the article as before.
 * An address with a fragment of its own already says where.
 */
function sectionAddress(url: string, headingPath: readonly string[]): string {
  const anchor = (headingPath.at(-1) ?? '')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
  return anchor === '' || url.includes('#') ? url : `${url}#${encodeURIComponent(anchor)}`;
}
