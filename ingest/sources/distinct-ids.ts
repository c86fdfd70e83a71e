// Ids of rows that have none are made of their question. The same question with another answer is another article: its id is made of both.
import { createHash } from 'node:crypto';
import type { SourceItem } from '../item.ts';

export type DistinctId = (item: SourceItem) => SourceItem;

/** As `record-items.ts` makes them. */
const madeId = /^faq-[\da-f]{16}$/;

/** For the items of one source. */
export function createDistinctIds(): DistinctId {
  const used = new Set<string>();
  return (item) => {
    if (item.type !== 'article' || !madeId.test(item.id)) return item;
    let { id } = item;
    if (used.has(id)) {
      const answer = createHash('sha256').update(item.body.replace(/\s+/g, ' ').trim()).digest('hex');
      id = `${id}-${answer.slice(0, 8)}`;
    }
    // The same answer, too: it is told apart here and left out as a duplicate later.
    for (let copy = 2; used.has(id); copy += 1) id = `${item.id}-${copy}`;
    used.add(id);
    return { ...item, id };
  };
}
