// Which conversations a person should label next: those that the label model is least sure of (uncertainty sampling, Lewis and Gale, 1994).
import { goldKey } from '#learning/labels/gold-labels.ts';
import type { WeakKind } from '#learning/labels/label-kinds.ts';
import type { WeakRow } from '#learning/labels/weak-labels.ts';

export interface RowChoice {
  readonly kinds: readonly WeakKind[];
  readonly count: number;
  /** `goldKey` of what has a label of a person already. */
  readonly isLabelled: (key: string) => boolean;
}

/** Least sure first. Of each conversation the kind that is least sure counts, and only kinds that no person labelled. */
export async function leastSure(
  rows: AsyncIterable<WeakRow>,
  { kinds, count, isLabelled }: RowChoice,
): Promise<WeakRow[]> {
  let chosen: { row: WeakRow; sureness: number }[] = [];
  for await (const row of rows) {
    const open = kinds.filter((kind) => !isLabelled(goldKey(row.conversation, kind)));
    if (open.length === 0) continue;
    chosen.push({ row, sureness: Math.min(...open.map((kind) => row.labels[kind]?.[1] ?? 0)) });
    if (chosen.length >= 4 * count + 1_000) chosen = sorted(chosen).slice(0, count);
  }
  return sorted(chosen)
    .slice(0, count)
    .map(({ row }) => row);
}

/** Equal ones by id, so that two exports are the same. */
function sorted(chosen: readonly { row: WeakRow; sureness: number }[]) {
  return [...chosen].sort(
    (a, b) => a.sureness - b.sureness || (a.row.conversation < b.row.conversation ? -1 : 1),
  );
}
