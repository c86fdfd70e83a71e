// What waits for a model: the customer who has waited longest first, whatever is asked for. Without that, customers' later steps would
// wait behind the first steps of all who came after them.

export interface Priority {
  /** Of the customer's message; lower goes first. `Infinity`: no customer waits for it. */
  readonly arrivedAt: number;
  /** Between those that came together; lower goes first. */
  readonly step: number;
}

export interface WaitingLine<Item> {
  readonly length: number;
  /** Equal ones stay in the order in which they were added. */
  add(items: readonly Item[], priority: Priority): void;
  /** Removes and returns the first one, and others that `joins` takes with it, in order, until there are `most`. Empty if nothing waits. */
  take(rule: { most(first: Item): number; joins(item: Item, first: Item): boolean }): Item[];
  /** Returns those that did wait. In one pass: an aborted ingestion may have a hundred thousand texts waiting. */
  remove(gone: ReadonlySet<Item>): Item[];
  /** Removes and returns all. */
  clear(): Item[];
}

interface Entry<Item> extends Priority {
  readonly item: Item;
}

export function createWaitingLine<Item>(): WaitingLine<Item> {
  let entries: Entry<Item>[] = [];
  return {
    get length() {
      return entries.length;
    },
    add(items, { arrivedAt, step }) {
      const before = (entry: Priority) =>
        entry.arrivedAt < arrivedAt || (entry.arrivedAt === arrivedAt && entry.step <= step);
      const at = entries.findLastIndex(before) + 1;
      const added = items.map((item) => ({ item, arrivedAt, step }));
      // Others than the last are few: only what nobody waits for comes in thousands.
      if (at === entries.length) for (const entry of added) entries.push(entry);
      else entries.splice(at, 0, ...added);
    },
    take({ most, joins }) {
      const first = entries[0]?.item;
      if (first === undefined) return [];
      const taken: Item[] = [];
      const passed: Entry<Item>[] = [];
      let looked = 0;
      for (const wanted = most(first); looked < entries.length && taken.length < wanted; looked++) {
        const entry = entries[looked]!;
        if (joins(entry.item, first)) taken.push(entry.item);
        else passed.push(entry);
      }
      entries = passed.concat(entries.slice(looked));
      return taken;
    },
    remove(gone) {
      const removed = entries.filter(({ item }) => gone.has(item)).map(({ item }) => item);
      if (removed.length > 0) entries = entries.filter(({ item }) => !gone.has(item));
      return removed;
    },
    clear: () => entries.splice(0).map(({ item }) => item),
  };
}
