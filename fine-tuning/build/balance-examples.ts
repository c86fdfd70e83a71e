// Rare intents, products and languages count more in training: their examples come several times, those of common ones not always.
import type { LabelKind } from '#learning/labels/label-kinds.ts';
import { inverseFrequencyWeights } from '#quality/bias/sample-weights.ts';
import type { MadeExample } from './make-examples.ts';
import { shareOf } from './seeded-share.ts';

export interface BalanceOptions {
  /** Kinds of labels that make a group; none: as it is. */
  readonly by: readonly LabelKind[];
  readonly seed: number;
}

/** An example comes as often as its weight says; the part behind the point decides by chance, the same in every run. Articles stay once. */
export function balanceExamples(
  examples: readonly MadeExample[],
  { by, seed }: BalanceOptions,
): MadeExample[] {
  if (by.length === 0) return [...examples];
  const asked = examples.filter(({ from }) => from.kind === 'conversation');
  const groupOf = ({ from }: MadeExample) => by.map((kind) => from.labels[kind] ?? 'unknown').join(' / ');
  const counts = new Map([...Map.groupBy(asked, groupOf)].map(([group, own]) => [group, own.length]));
  const weights = inverseFrequencyWeights(counts);
  return examples.flatMap((one, index) => {
    if (one.from.kind === 'article') return [one];
    const weight = weights.get(groupOf(one)) ?? 1;
    const chance = shareOf(`${one.from.id}\n${index}`, seed) < weight % 1 ? 1 : 0;
    return Array.from({ length: Math.floor(weight) + chance }, () => one);
  });
}
