// Passages are cut for searching; an answer is written from whole sections. What stands in the same section around a passage comes
// along, so that steps have their end and a sentence what it points back to.
import type { Chunk, Document, ScoredChunk, TextRange } from '#core/document.ts';
import { packBlocks, readBlocks, type TextBlock, unpackBlocks } from '#core/text-blocks.ts';

/** So much of a section on either side of a passage, in UTF-16 code units: some 250 words. */
const mostAround = 1_500;

/**
 * In the same order; a passage that is part of a better one's section is left out. What a reader made of the passages goes along, also of
 * those that are `read` and lie in one of the sections.
 */
export function wholeSections(
  passages: readonly ScoredChunk[],
  document: (id: string) => Document | undefined,
  read: readonly ScoredChunk[] = passages,
): ScoredChunk[] {
  const whole: ScoredChunk[] = [];
  for (const passage of passages) {
    const { chunk } = passage;
    const isHeld = whole.some(
      ({ chunk: other }) =>
        other.documentId === chunk.documentId && other.start <= chunk.start && other.end >= chunk.end,
    );
    if (isHeld) continue;
    const text = chunk.kind === 'article' ? document(chunk.documentId)?.pageContent : undefined;
    // Between finding and writing another generation may have been swapped in.
    const isCurrent = text?.slice(chunk.start, chunk.end) === chunk.text;
    whole.push(
      text !== undefined && isCurrent
        ? withAnswers(withReadings({ ...passage, chunk: widened(chunk, text) }, read), read)
        : passage,
    );
  }
  return whole;
}

/** Of those found, the passages that lie in the section, and what has to be added to their offsets. */
function passagesIn({ chunk: { documentId, start, text } }: ScoredChunk, found: readonly ScoredChunk[]) {
  return found
    .filter(
      ({ chunk }) =>
        chunk.documentId === documentId && chunk.start >= start && chunk.end <= start + text.length,
    )
    .map((passage) => ({ ...passage, by: passage.chunk.start - start }));
}

const moved = <Range extends TextRange>(range: Range, by: number): Range => ({
  ...range,
  start: range.start + by,
  end: range.end + by,
});

function withReadings(section: ScoredChunk, found: readonly ScoredChunk[]): ScoredChunk {
  const read = passagesIn(section, found).filter(({ reading }) => reading);
  if (read.length === 0) return section;
  const words = new Map(
    read.flatMap(({ reading, by }) => reading!.map((word) => [word.start + by, moved(word, by)] as const)),
  );
  return {
    ...section,
    reading: [...words.values()].sort((a, b) => a.start - b.start),
    evidence: {
      ...section.evidence,
      rerank: Math.max(...read.map(({ evidence }) => evidence.rerank ?? -Infinity)),
    },
  };
}

/** Those of all passages in the section, nearest first. */
function withAnswers(section: ScoredChunk, found: readonly ScoredChunk[]): ScoredChunk {
  const answers = passagesIn(section, found)
    .flatMap(({ answers: own = [], by }) =>
      own.map((answer) => ({ ...answer, ranges: answer.ranges.map((range) => moved(range, by)) })),
    )
    .sort((a, b) => b.cosine - a.cosine);
  return answers.length > 0 ? { ...section, answers } : section;
}

const movedAll = (blocks: readonly TextBlock[], by: number) => blocks.map((block) => moved(block, by));

function widened(chunk: Chunk, text: string): Chunk {
  const before = readAround(text.slice(Math.max(0, chunk.start - mostAround), chunk.start));
  const offset = Math.max(0, chunk.start - mostAround);
  const heading = before.findLastIndex(({ kind }) => kind === 'heading');
  // Cut off in the middle, the first block may be half a word; unless it begins the document.
  const preceding = before.slice(heading === -1 && offset > 0 ? 1 : heading + 1);
  const after = readAround(text.slice(chunk.end, chunk.end + mostAround));
  const next = after.findIndex(({ kind }) => kind === 'heading');
  const isOpenEnd = next === -1 && chunk.end + mostAround < text.length;
  const following = after.slice(0, next !== -1 ? next : isOpenEnd ? -1 : after.length);
  if (preceding.length + following.length === 0) return chunk;
  const start = preceding[0] ? offset + preceding[0].start : chunk.start;
  const end = following.length > 0 ? chunk.end + following.at(-1)!.end : chunk.end;
  const own = chunk.blocks === undefined ? readBlocks(chunk.text) : unpackBlocks(chunk.blocks);
  return {
    ...chunk,
    text: text.slice(start, end),
    start,
    end,
    blocks: packBlocks([
      ...movedAll(preceding, offset - start),
      ...movedAll(own, chunk.start - start),
      ...movedAll(following, chunk.end - start),
    ]),
  };
}

/** Rows of tables stand in the text as items that name their columns. */
function readAround(text: string): TextBlock[] {
  return readBlocks(text).map((block) =>
    block.kind === 'item' && /^[-*] [^\n]{1,200} — [^\n:]{1,60}: /.test(text.slice(block.start, block.end))
      ? { ...block, kind: 'row' }
      : block,
  );
}
