// The classes that are the team's own: intents and products that are known.
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import type { GoldLabel } from '#learning/labels/gold-labels.ts';
import { readIntentGroups } from '#learning/labels/intent-groups.ts';
import type { LabelKind } from '#learning/labels/label-kinds.ts';
import { findProductNames } from '#learning/labels/product-names.ts';
import { keepTaxonomy } from './label-desk.ts';

/** With those that people gave before. A kind without any takes every name. */
export async function teamClasses(
  folder: string,
  dataDir: string,
  current: readonly GoldLabel[],
): Promise<Partial<Record<LabelKind, readonly string[]>>> {
  const taxonomy = await keepTaxonomy(folder, undefined);
  using contents = await openCurrentContents(dataDir);
  const intents = taxonomy.intents ?? (await readIntentGroups(folder))?.groups ?? [];
  const products = taxonomy.products ?? findProductNames(contents?.documents ?? []);
  const given = (kind: LabelKind) =>
    current.flatMap((label) => (label.kind === kind && label.value !== null ? [label.value] : []));
  const all = (kind: LabelKind, known: readonly { readonly name: string }[]) => [
    ...new Set([...known.map(({ name }) => name), ...given(kind)]),
  ];
  return {
    ...(intents.length > 0 ? { intent: all('intent', intents) } : {}),
    ...(products.length > 0 ? { product: all('product', products) } : {}),
  };
}
