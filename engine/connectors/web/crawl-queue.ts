// Pages that are still to be read, nearest first, each once.

export interface CrawlQueue {
  /** Pages that are deeper than allowed, or were there before, are left out. */
  add(pages: readonly URL[], depth: number): void;
  next(): URL | undefined;
  depthOf(href: string): number;
  /** Of what is still to be read. */
  readonly size: number;
}

/** Pages of one path that differ only behind the question mark: more are a calendar or a search, and no end of them. */
const mostOfOnePath = 100;
/** More than any limit of pages needs; what is found beyond is forgotten. */
const mostKnown = 200_000;

export function createCrawlQueue(deepest: number): CrawlQueue {
  const depths = new Map<string, number>();
  const ofOnePath = new Map<string, number>();
  const levels: URL[][] = [];
  let size = 0;

  return {
    add(pages, depth) {
      if (depth > deepest) return;
      for (const page of pages) {
        const key = keyOf(page);
        if (depths.has(key) || depths.size >= mostKnown) continue;
        if (page.search !== '') {
          const count = (ofOnePath.get(page.pathname) ?? 0) + 1;
          if (count > mostOfOnePath) continue;
          ofOnePath.set(page.pathname, count);
        }
        depths.set(key, depth);
        levels[depth] ??= [];
        levels[depth].push(page);
        size += 1;
      }
    },
    next() {
      const level = levels.find((pages) => pages && pages.length > 0);
      const page = level?.shift();
      if (page) size -= 1;
      return page;
    },
    depthOf: (href) => depths.get(keyOf(new URL(href))) ?? 0,
    get size() {
      return size;
    },
  };
}

/** The same parameters in another order are the same page. */
function keyOf(page: URL): string {
  if (page.search === '') return page.href;
  const sorted = new URL(page);
  sorted.searchParams.sort();
  return sorted.href;
}
