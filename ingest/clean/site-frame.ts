// What stands above and below the article on most pages of a site (a slogan, opening hours, an invitation to write) is its frame. The
// first pages of a source tell; what stands between the parts of an article is never taken out.
import { createHash } from 'node:crypto';
import type { ParsedBlock } from '#parse/parsed-text.ts';

export interface FramedText {
  readonly text: string;
  readonly blocks: readonly ParsedBlock[];
}

export interface SiteFrame {
  /** Counts the outer blocks of one page. */
  learn(page: FramedText): void;
  /** True once enough pages were seen. */
  readonly isKnown: boolean;
  /** The page without what most pages have above and below; whole if nothing else would be left. */
  trim(page: FramedText): FramedText;
  /** For the next run, which may read one page only. */
  known(): readonly string[];
}

/** What stands on more than half of the pages, if there are so many. */
const fewestPages = 5;
const pagesLearnt = 50;
/** Of an earlier run's, the oldest are forgotten. */
const mostKnown = 500;
/** Blocks from either end of a page that are looked at. */
const outerBlocks = 40;

/** `before`: what an earlier run knew. */
export function createSiteFrame(before: readonly string[] = []): SiteFrame {
  const counts = new Map<string, number>();
  let pages = 0;
  let frame: ReadonlySet<string> | undefined;

  const settled = () => {
    const repeated = pages >= fewestPages ? [...counts].filter(([, count]) => count > pages / 2) : [];
    frame ??= new Set([...repeated.map(([key]) => key), ...before].slice(0, mostKnown));
    return frame;
  };

  return {
    learn({ text, blocks }) {
      pages += 1;
      frame = undefined;
      const outer = [...blocks.slice(0, outerBlocks), ...blocks.slice(outerBlocks).slice(-outerBlocks)];
      for (const key of new Set(outer.map((block) => keyOf(text, block))))
        counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    get isKnown() {
      return pages >= pagesLearnt;
    },
    trim(page) {
      const { text, blocks } = page;
      const isFrame = (block: ParsedBlock) => mayBeFrame(block) && settled().has(keyOf(text, block));
      if (settled().size === 0) return page;
      let first = blocks.slice(0, outerBlocks).findIndex((block) => !isFrame(block));
      if (first === -1) return page;
      // A heading of what stays stays.
      while (first > 0 && blocks[first - 1]!.kind === 'heading') first -= 1;
      let end = blocks.length;
      while (end > first + 1 && blocks.length - end < outerBlocks && isFrame(blocks[end - 1]!)) end -= 1;
      return first === 0 && end === blocks.length ? page : cut(page, first, end);
    },
    known: () => [...settled()],
  };
}

/** Steps and code say what to do, however often. */
const mayBeFrame = ({ kind }: ParsedBlock) => kind !== 'step' && kind !== 'code';

/** Numbers change: "3 of 9 found this helpful". */
function keyOf(text: string, { kind, start, end }: ParsedBlock): string {
  const words = text.slice(start, end).toLowerCase().replace(/\d+/g, '#').replace(/\s+/g, ' ');
  return createHash('sha256').update(`${kind} ${words}`).digest('base64').slice(0, 16);
}

function cut({ text, blocks }: FramedText, first: number, end: number): FramedText {
  const kept = blocks.slice(first, end);
  const start = kept[0]!.start;
  const gone = new Set(
    blocks.slice(0, first).flatMap((block) => (block.kind === 'heading' ? [headingOf(text, block)] : [])),
  );
  return {
    text: text.slice(start, kept.at(-1)!.end),
    blocks: kept.map((block) => ({
      ...block,
      start: block.start - start,
      end: block.end - start,
      headingPath: block.headingPath.filter((heading) => !gone.has(heading)),
    })),
  };
}

const headingOf = (text: string, { start, end }: ParsedBlock) => text.slice(start, end).replace(/^#+\s+/, '');
