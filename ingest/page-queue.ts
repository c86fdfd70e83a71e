// Web pages wait until the first of a source have told what the site's frame is.
import { createSiteFrame } from './clean/site-frame.ts';
import type { ReadArticle } from './item-reader.ts';
import type { SourceMemory } from './sources/source-spec.ts';

export interface PageQueue {
  /** The pages that are ready, without their frame, in order. */
  add(page: ReadArticle): ReadArticle[];
  /** All that still wait. */
  finish(): ReadArticle[];
}

/** UTF-16 code units of waiting pages; then those tell that are there. */
const longestWaiting = 20_000_000;
const memoryKey = 'site-frame';

export function createPageQueue(memory: SourceMemory | undefined): PageQueue {
  const recalled = memory?.recall(memoryKey);
  const isList = Array.isArray(recalled) && recalled.every((entry) => typeof entry === 'string');
  const frame = createSiteFrame(isList ? recalled : []);
  let waiting: ReadArticle[] = [];
  let length = 0;
  let isOpen = false;

  const trim = (page: ReadArticle): ReadArticle => {
    const { text, blocks } = frame.trim({ text: page.document.pageContent, blocks: page.blocks });
    return { ...page, document: { ...page.document, pageContent: text }, blocks };
  };
  const release = () => {
    isOpen = true;
    const ready = waiting.map(trim);
    waiting = [];
    return ready;
  };

  return {
    add(page) {
      if (isOpen) return [trim(page)];
      frame.learn({ text: page.document.pageContent, blocks: page.blocks });
      waiting.push(page);
      length += page.document.pageContent.length;
      return frame.isKnown || length > longestWaiting ? release() : [];
    },
    finish() {
      const ready = release();
      const known = frame.known();
      if (known.length > 0) memory?.remember(memoryKey, known);
      return ready;
    },
  };
}
