// How much each question counts. A help centre with many questions must not decide alone. And the share of unanswerable questions is
// the one that a team expects, not the one that somebody happened to write down.
import type { Evidence } from './policy-fit.ts';

/** Strata that are about something else than the help centre: easy to tell, and rarer than near misses. */
const farStrata = new Set(['neighbouring', 'foreign']);
const farShare = 1 / 3;

/**
 * No group counts more than the middle one. With `unanswerableShare`, that share of the whole is unanswerable, and a third of that from
 * far strata where there are both kinds.
 */
export function weighEvidence(
  rows: readonly Evidence[],
  { unanswerableShare }: { readonly unanswerableShare?: number | undefined } = {},
): Evidence[] {
  const groups = [...Map.groupBy(rows, ({ group }) => group).values()];
  const sizes = groups.map(({ length }) => length).sort((a, b) => a - b);
  const most = sizes[Math.floor(sizes.length / 2)] ?? 1;
  const capped = groups.flatMap((own) => own.map((row) => ({ row, weight: Math.min(1, most / own.length) })));
  const parts = Map.groupBy(capped, ({ row }) => kindOf(row));
  const shares = sharesOf(new Set(parts.keys()), unanswerableShare);
  const weightOf = new Map<Evidence, number>();
  for (const [kind, own] of parts) {
    const total = own.reduce((sum, { weight }) => sum + weight, 0);
    const scale = shares === undefined ? 1 : (shares[kind] * rows.length) / total;
    for (const { row, weight } of own) weightOf.set(row, weight * scale);
  }
  return rows.map((row) => ({ ...row, weight: weightOf.get(row)! }));
}

type Kind = 'answerable' | 'near' | 'far';

function kindOf({ answerable, stratum = '' }: Evidence): Kind {
  if (answerable) return 'answerable';
  return farStrata.has(stratum) ? 'far' : 'near';
}

function sharesOf(kinds: ReadonlySet<Kind>, unanswerableShare: number | undefined) {
  if (unanswerableShare === undefined || !kinds.has('answerable') || kinds.size < 2) return undefined;
  const far = kinds.has('far') ? (kinds.has('near') ? farShare : 1) : 0;
  return {
    answerable: 1 - unanswerableShare,
    near: unanswerableShare * (1 - far),
    far: unanswerableShare * far,
  } satisfies Record<Kind, number>;
}
