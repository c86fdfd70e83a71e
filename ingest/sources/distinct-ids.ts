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
    if (!used.has(item.id)) {
      used.add(item.id);
      return item;
    }
    const answer = createHash('sha256').update(item.body.replace(/\s+/g, ' ').trim()).digest('hex');
    return { ...item, id: `${item.id}-${answer.slice(0, 8)}` };
  };
}
